import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Bench } from '../support/bench';

interface Vectors {
  reports: { name: string; events: IDataObject[]; options: IDataObject; expect: IDataObject }[];
  rejections: { name: string; events: unknown[]; options: IDataObject; code: string }[];
}

const vectors = JSON.parse(readFileSync(join(__dirname, '../../vectors/kpi.json'), 'utf8')) as Vectors;
const rejections = vectors.rejections.filter(({ events }) => events.length > 0 && events.every((event) => typeof event === 'object'));

function kpi({ campaign, occurrence, ...options }: IDataObject, more: IDataObject = {}) {
  return { type: 'kpiAggregate', parameters: { source: 'items', campaign: campaign ?? '', occurrence: occurrence ?? '', options, ...more } };
}

export function specifyKpi(bench: Bench): void {
  describe('Push KPI Aggregate', () => {
    it.each(vectors.reports.filter(({ events }) => events.length > 0).map((one) => [one.name, one] as const))(
      'adds up: %s', async (_name, { events, options, expect: wanted }) => {
        const { outputs } = await bench.run(kpi(options), events);
        expect(outputs[0]?.[0]?.json).toMatchObject(wanted);
      },
    );

    it.each(rejections.map((one) => [one.name, one] as const))('refuses %s and names the item', async (_name, { events, options, code }) => {
      const node = { ...kpi(options), onError: 'continueRegularOutput' as const };
      const { outputs } = await bench.run(node, events);
      expect(outputs[0]?.[0]?.json).toMatchObject({ error: expect.any(String), details: { code } });
    });

    it('says so where there is nothing to report', async () => {
      const storeFile = join(mkdtempSync(join(tmpdir(), 'push-kpi-')), 'store.sqlite');
      const node = { type: 'kpiAggregate', parameters: { source: 'store', campaign: 'ghost', output: 'table', options: { storeFile, attributionWindowHours: '={{ "24" }}' } } };
      const { outputs, hints } = await bench.run(node, [{}]);
      expect([outputs, hints]).toEqual([[[]], [expect.stringContaining('nothing to report')]]);
    });

    const events = vectors.reports[0]?.events ?? [];

    it('puts out a table with one flat item a campaign and an arm', async () => {
      const { outputs } = await bench.run(kpi({}, { output: 'table' }), events);
      expect(outputs[0]?.map(({ json }) => json['level'])).toEqual(expect.arrayContaining(['campaign', 'arm']));
      expect(outputs[0]?.flatMap(({ json }) => Object.values(json)).every((cell) => cell === null || typeof cell !== 'object')).toBe(true);
    });

    it('puts out a page, as text and as a file', async () => {
      const { outputs } = await bench.run(kpi({}, { output: 'html' }), events);
      const [item] = outputs[0] ?? [];
      expect(item?.json['html']).toMatch(/^<!doctype html>/i);
      expect(item?.binary?.['data']).toMatchObject({ mimeType: 'text/html', fileName: 'push-campaign-report.html' });
    });
  });
}
