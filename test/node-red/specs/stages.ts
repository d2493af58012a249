import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { people, type Bench, type TestNode } from '../support/bench';

type Json = Record<string, unknown>;
const vectors = <T>(name: string): T => JSON.parse(readFileSync(join(__dirname, '../../vectors', `${name}.json`), 'utf8')) as T;

interface Experiment { key: string; arms: { name: string; weight: number }[]; coverage?: number }
interface SplitCases { assignments: { name: string; experiment: Experiment; id: unknown; expect: { arm: string | null; bucket: number } }[]; rejections: { name: string; experiment: Experiment; id: unknown; code: string }[] }
interface TemplateCase { name: string; template: Json; options?: Json; view: Json; expect: { error?: string; message?: Json; fcm?: Json; apns?: Json; bytes?: Json } }

const split = ({ key, arms }: Experiment, control = 0): TestNode => ({ type: 'push-ab-split', property: 'payload', key, arms, control, outputs: arms.length + 1 });

export function specifyStages(bench: Bench): void {
  describe('push-ab-split', () => {
    const { assignments, rejections } = vectors<SplitCases>('experiment');

    it('agrees with the golden assignments', async () => {
      const cases = assignments.filter(({ experiment }) => experiment.coverage === undefined);
      const keys = [...new Map(cases.map((one) => [JSON.stringify(one.experiment), one.experiment])).values()];
      await bench.deploy(keys.map((experiment) => split(experiment)));
      const outcomes = await bench.sendEach(keys.map((experiment) => ({
        payload: cases.filter((one) => JSON.stringify(one.experiment) === JSON.stringify(experiment)).map(({ id }, index) => ({ id, index })),
      })));
      keys.forEach((experiment, position) => {
        const wanted = cases.filter((one) => JSON.stringify(one.experiment) === JSON.stringify(experiment));
        const found = experiment.arms.flatMap((_, output) => people(outcomes[position]!, output)).sort((a, b) => Number(a['index']) - Number(b['index']));
        expect(found.map(({ push }) => push)).toMatchObject(wanted.map(({ expect: { arm, bucket } }) => ({ arm, bucket })));
      });
      expect(cases.length).toBeGreaterThan(50);
    });

    it('refuses what the golden rejections name', async () => {
      // Weights are text in the editor's fields, and are read as numbers.
      const cases = rejections.filter(({ experiment, name }) => experiment.coverage === undefined && Array.isArray(experiment.arms) && name !== 'a weight that is a text');
      await bench.deploy(cases.map(({ experiment }) => split(experiment)));
      const outcomes = await bench.sendEach(cases.map(({ id }) => ({ payload: id === undefined ? {} : { id } })));
      expect(outcomes.map(({ caught }, index) => [cases[index]?.name, caught[0]?.error.code])).toEqual(cases.map(({ name, code }) => [name, code]));
    });

    it('holds people out on the last output, marked as control', async () => {
      const payload = Array.from({ length: 200 }, (_, id) => ({ id: `p${id}` }));
      const outcome = await bench.run(split({ key: 'sale', arms: [{ name: 'A', weight: 40 }, { name: 'B', weight: 40 }] }, 20), [{ payload }]);
      expect([0, 1, 2].map((output) => people(outcome, output).length).reduce((a, b) => a + b)).toBe(200);
      expect(people(outcome, 2).length).toBeGreaterThan(20);
      for (const { push } of people(outcome, 2)) expect(push).toMatchObject({ arm: 'control', heldOut: true });
    });
  });

  describe('push-template', () => {
    const TEXTS = ['title', 'subtitle', 'body', 'image', 'link'];
    const OWN = [...TEXTS, 'kind', 'defaultLocale'];
    const LISTS = ['data', 'locales', 'buttons', 'fragments'];
    const LANGUAGE = [...TEXTS, 'data', 'fragments'];
    /** The dialog has a place for everything but the present, and what is no text where a text belongs. */
    const expressible = ({ template, options = {}, name }: TemplateCase) => name !== 'an unknown field of a template'
      && (options['now'] === undefined || template['liveActivity'] !== undefined) && options['fcmTarget'] === undefined && options['gateways'] === undefined
      && OWN.every((field) => template[field] === undefined || typeof template[field] === 'string')
      && Object.values((template['locales'] ?? {}) as Record<string, Json>).every((texts) => Object.entries(texts).every(([field, text]) => LANGUAGE.includes(field) && (typeof text === 'string' || field === 'data' || field === 'fragments')));
    const all = vectors<TemplateCase[]>('template');
    const cases = all.filter(expressible);
    const rows = (record: unknown, key: string, value: string) => Object.entries((record ?? {}) as Json).map(([name, text]) => ({ [key]: name, [value]: text }));
    const lines = (record: unknown) => Object.entries(record as Json).map(([name, text]) => `${name}: ${String(text)}`).join('\n');
    const nodeOf = ({ template, options = {} }: TemplateCase): TestNode => {
      const { missing, reserveBytes } = options;
      return {
        type: 'push-template', property: 'payload', outputs: 2, ...Object.fromEntries(Object.entries(template).filter(([name]) => OWN.includes(name))),
        data: rows(template['data'], 'key', 'value'),
        ...(template['buttons'] !== undefined && { buttons: template['buttons'] }),
        ...(template['fragments'] !== undefined && { fragments: rows(template['fragments'], 'name', 'text') }),
        locales: Object.entries((template['locales'] ?? {}) as Record<string, Json>).map(([locale, { data, fragments, ...texts }]) => ({
          locale, ...texts, ...(data !== undefined && { data: lines(data) }), ...(fragments !== undefined && { fragments: lines(fragments) }),
        })),
        missing: typeof missing === 'object' ? 'fallback' : (missing ?? 'refuse'),
        fallback: typeof missing === 'object' ? (missing as { fallback: string }).fallback : '',
        defaults: [
          ...rows(options['defaults'], 'field', 'text'),
          ...Object.entries((options['missingByField'] ?? {}) as Json).map(([field, policy]) => (typeof policy === 'object' ? { field, policy: 'fallback', text: (policy as { fallback: string }).fallback } : { field, policy })),
        ],
        overflow: options['overflow'] ?? 'refuse',
        ...(reserveBytes !== undefined && { reserveBytes: String(reserveBytes) }),
        options: Object.fromEntries(Object.entries(template).filter(([name]) => ![...OWN, ...LISTS].includes(name)).map(([name, value]) => [name, name === 'liveActivity' ? JSON.stringify(value) : value])),
      };
    };
    /** The moment of writing is the node's own. */
    const withoutDates = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value).replaceAll(/"(at|timestamp|stale-date|dismissal-date)":\d+/g, '"$1":0')) as T);

    it(`writes ${cases.length} golden messages as the engine does`, async () => {
      await bench.deploy(cases.map(nodeOf));
      const outcomes = await bench.sendEach(cases.map(({ view }) => ({ payload: view })));
      outcomes.forEach((outcome, index) => {
        const { name, expect: wanted } = cases[index]!;
        const [ready] = people(outcome, 0);
        const [unwritable] = people(outcome, 1);
        const push = (ready?.['push'] ?? {}) as { message?: Json & { bytes?: Json; warnings?: unknown }; payload?: Json };
        const { bytes, warnings: _warnings, ...message } = push.message ?? {};
        const answer = {
          name,
          error: outcome.caught[0]?.error.code ?? (unwritable?.['push'] as Json | undefined)?.['reason'],
          ...(ready !== undefined && withoutDates({ message, bytes, ...push.payload })),
        };
        expect(answer).toMatchObject({
          name,
          ...(wanted.error !== undefined && { error: wanted.error }),
          ...(wanted.message !== undefined && { message: withoutDates(wanted.message) }),
          ...(wanted.bytes !== undefined && { bytes: wanted.bytes }),
          ...(wanted.fcm !== undefined && { fcm: wanted.fcm }),
          ...(wanted.apns !== undefined && { apns: withoutDates(wanted.apns) }),
        });
      });
      // A case that cannot be said here is one that the dialog lacks.
      expect(all.filter((one) => !cases.includes(one)).map(({ name }) => name)).toEqual(['relative time by the calendar of the person', 'an unknown field of a template']);
    });

    it('sends who cannot be written to by the second output, with the reason', async () => {
      const node: TestNode = { type: 'push-template', property: 'payload', outputs: 2, title: 'Hello {{firstName}}', body: 'x', missing: 'refuse' };
      const outcome = await bench.run(node, [{ payload: [{ id: 1, firstName: 'Anna' }, { id: 2 }] }]);
      expect(people(outcome, 0)).toMatchObject([{ id: 1, push: { message: { title: 'Hello Anna' } } }]);
      expect(people(outcome, 1)).toMatchObject([{ id: 2, push: { reason: 'missing-value', why: expect.stringContaining('firstName') } }]);
    });

    it('names line and column of a template that does not parse', async () => {
      const outcome = await bench.run({ type: 'push-template', property: 'payload', outputs: 2, title: 'Hello {{#if x}}', body: '' }, [{ payload: { id: 1 } }]);
      expect(outcome.caught).toMatchObject([{ error: { code: 'template-syntax' } }]);
    });
  });
}
