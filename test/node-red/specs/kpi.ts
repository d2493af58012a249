import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, TestNode } from '../support/bench';

type Json = Record<string, unknown>;
interface KpiCases {
  reports: { name: string; events: Json[]; options?: Json; expect: Json }[];
  rejections: { name: string; events: unknown[]; options?: Json; code: string }[];
}

const node = (more: Partial<TestNode> = {}): TestNode => ({
  type: 'push-kpi', source: 'payload', store: '', campaign: '', campaignType: 'str', occurrence: '', occurrenceType: 'str', output: 'report', windowHours: '', outputs: 1, ...more,
});

export function specifyKpi(bench: Bench): void {
  describe('push-kpi', () => {
    const { reports, rejections } = JSON.parse(readFileSync(join(__dirname, '../../vectors/kpi.json'), 'utf8')) as KpiCases;
    const expressible = ({ options = {} }: { options?: Json }) => Object.keys(options).every((name) => name === 'attributionWindowHours');

    it('counts the golden reports as the engine does', async () => {
      const cases = reports.filter(expressible);
      await bench.deploy(cases.map(({ options }) => node({ windowHours: String(options?.['attributionWindowHours'] ?? '') })));
      const outcomes = await bench.sendEach(cases.map(({ events }) => ({ payload: events })));
      outcomes.forEach((outcome, index) => expect({ name: cases[index]?.name, report: outcome.outputs[0]?.[0]?.['payload'] }).toMatchObject({ name: cases[index]?.name, report: cases[index]?.expect }));
      expect(cases.length).toBeGreaterThan(15);
    });

    it('refuses the golden rejections', async () => {
      const cases = rejections.filter(expressible);
      await bench.deploy(cases.map(({ options }) => node({ windowHours: String(options?.['attributionWindowHours'] ?? '') })));
      const outcomes = await bench.sendEach(cases.map(({ events }) => ({ payload: events })));
      expect(outcomes.map(({ caught }, index) => [cases[index]?.name, caught[0]?.error.code])).toEqual(cases.map(({ name, code }) => [name, code]));
    });

    it('gives rows, a page and a text', async () => {
      const payload = [{ type: 'assigned', campaign: 'sale', recipient: 'a', at: '2026-01-01T00:00:00Z' }];
      await bench.deploy([node({ output: 'rows' }), node({ output: 'html' }), node({ output: 'text' })]);
      const [rows, html, text] = await bench.sendEach([{ payload }, { payload }, { payload }]);
      expect(rows?.outputs[0]?.[0]?.['payload']).toMatchObject([{ campaign: 'sale', people: 1 }]);
      expect(html?.outputs[0]?.[0]?.['payload']).toContain('<!doctype html>');
      expect(text?.outputs[0]?.[0]?.['payload']).toContain('Campaign sale');
    });
  });
}
