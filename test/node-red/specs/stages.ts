import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { people, type Bench, type TestNode } from '../support/bench';

type Json = Record<string, unknown>;
const vectors = <T>(name: string): T => JSON.parse(readFileSync(join(__dirname, '../../vectors', `${name}.json`), 'utf8')) as T;

interface SegmentCase { name: string; condition: unknown; view: Json; now?: string; expect?: boolean; error?: string }
interface Experiment { key: string; arms: { name: string; weight: number }[]; coverage?: number }
interface SplitCases { assignments: { name: string; experiment: Experiment; id: unknown; expect: { arm: string | null; bucket: number } }[]; rejections: { name: string; experiment: Experiment; id: unknown; code: string }[] }
interface TemplateCase { name: string; template: Json; options?: Json; view: Json; expect: { error?: string; message?: Json; fcm?: Json; apns?: Json; bytes?: Json } }

const segment = (condition: unknown): TestNode => ({ type: 'push-segment-filter', property: 'payload', mode: 'json', condition: typeof condition === 'string' ? condition : JSON.stringify(condition), outputs: 2 });
const split = ({ key, arms }: Experiment, control = 0): TestNode => ({ type: 'push-ab-split', property: 'payload', key, arms, control, outputs: arms.length + 1 });

export function specifyStages(bench: Bench): void {
  describe('push-segment-filter', () => {
    // A condition about "now" goes by the clock of the host and has no place among cases with a clock of their own.
    const cases = vectors<SegmentCase[]>('segment').filter(({ now, condition }) => now === undefined && typeof condition === 'object' && condition !== null && !Array.isArray(condition));

    it(`agrees with ${cases.length} golden cases`, async () => {
      await bench.deploy(cases.map(({ condition }) => segment(condition)));
      const outcomes = await bench.sendEach(cases.map(({ view }) => ({ payload: view })));
      const answers = outcomes.map((outcome, index) => ({
        name: cases[index]?.name,
        answer: outcome.caught[0]?.error.code ?? (people(outcome, 0).length === 1 ? true : people(outcome, 1).length === 1 ? false : undefined),
      }));
      expect(answers).toEqual(cases.map(({ name, expect: wanted, error }) => ({ name, answer: error ?? wanted })));
    });

    it('reads the rows of its editor, values by their type, with "not" and "any"', async () => {
      const node: TestNode = {
        type: 'push-segment-filter', property: 'payload', mode: 'rules', combinator: '$or', outputs: 2,
        rules: [
          { field: 'orders', operator: '$gte', value: '3', valueType: 'num' },
          { field: 'country', operator: '$in', value: '["FR","BE"]', valueType: 'json', not: true },
        ],
      };
      const outcome = await bench.run(node, [{ payload: [{ id: 1, orders: 5, country: 'FR' }, { id: 2, orders: 1, country: 'FR' }, { id: 3, orders: 0, country: 'US' }] }]);
      expect(people(outcome, 0).map(({ id }) => id)).toEqual([1, 3]);
      expect(people(outcome, 1).map(({ id }) => id)).toEqual([2]);
    });

    it('keeps the message it came with, and tells Catch nodes of a bad person without losing the good ones', async () => {
      const outcome = await bench.run(segment({ country: 'FR' }), [{ payload: [{ id: 1, country: 'FR' }, 'nobody'], topic: 'kept' }]);
      expect(outcome.outputs[0]).toMatchObject([{ payload: [{ id: 1 }], topic: 'kept' }]);
      expect(outcome.caught).toMatchObject([{ payload: 'nobody', topic: 'kept', error: { code: 'not-an-object' } }]);
      expect(outcome.completed).toBe(1);
    });

    it.each(['payload.people', 'payload["people"]', 'msg.payload.people', 'payload[msg.topic]'])('finds people in %s, and shares no list between its outputs', async (property) => {
      const node = { ...segment({ country: 'FR' }), property };
      const payload = { people: [{ id: 1, country: 'FR' }, { id: 2, country: 'US' }], rest: 'kept' };
      const outcome = await bench.run(node, [{ payload, topic: 'people' }, { payload: 'nobody', topic: 'people' }]);
      expect(outcome.outputs.map((messages) => messages.map((message) => message['payload']))).toEqual([
        [{ people: [{ id: 1, country: 'FR' }], rest: 'kept' }], [{ people: [{ id: 2, country: 'US' }], rest: 'kept' }],
      ]);
      expect(outcome.caught).toMatchObject([{ payload: 'nobody', error: { code: 'not-an-object' } }]);
    });

    it('says at every message what is wrong with its condition', async () => {
      const outcome = await bench.run(segment('{ not json'), [{ payload: { id: 1 } }, { payload: { id: 2 } }]);
      expect(outcome.caught.map(({ error }) => error.code)).toEqual(['condition-invalid', 'condition-invalid']);
      expect(outcome.completed).toBe(0);
    });
  });

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
    const OPTIONS = ['sound', 'channel', 'thread', 'collapseId', 'category', 'analyticsLabel', 'badge', 'ttlSeconds', 'priority', 'interruptionLevel', 'relevanceScore', 'silent'];
    const expressible = ({ template, options = {} }: TemplateCase) =>
      Object.entries(template).every(([name, value]) => [...TEXTS, 'data', 'locales', 'defaultLocale'].includes(name) ? value !== null && typeof value !== 'number' : OPTIONS.includes(name))
      && Object.keys(options).every((name) => ['missing', 'defaults', 'overflow'].includes(name))
      && Object.values((template['locales'] ?? {}) as Record<string, Json>).every((texts) => Object.entries(texts).every(([name, text]) => TEXTS.includes(name) && typeof text === 'string'));
    const cases = vectors<TemplateCase[]>('template').filter(expressible);
    const rows = (record: unknown, key: string, value: string) => Object.entries((record ?? {}) as Json).map(([name, text]) => ({ [key]: name, [value]: text }));
    const nodeOf = ({ template, options = {} }: TemplateCase): TestNode => {
      const { missing } = options;
      const pick = (names: string[]) => Object.fromEntries(Object.entries(template).filter(([name]) => names.includes(name)));
      return {
        type: 'push-template', property: 'payload', outputs: 2, ...pick([...TEXTS, 'defaultLocale']),
        data: rows(template['data'], 'key', 'value'),
        locales: Object.entries((template['locales'] ?? {}) as Record<string, Json>).map(([locale, texts]) => ({ locale, ...texts })),
        missing: typeof missing === 'object' ? 'fallback' : (missing ?? 'refuse'),
        fallback: typeof missing === 'object' ? (missing as { fallback: string }).fallback : '',
        defaults: rows(options['defaults'], 'field', 'text'),
        overflow: options['overflow'] ?? 'refuse',
        options: pick(OPTIONS),
      };
    };

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
          ...(ready !== undefined && { message, bytes, ...push.payload }),
        };
        expect(answer).toMatchObject({
          name,
          ...(wanted.error !== undefined && { error: wanted.error }),
          ...(wanted.message !== undefined && { message: wanted.message }),
          ...(wanted.bytes !== undefined && { bytes: wanted.bytes }),
          ...(wanted.fcm !== undefined && { fcm: wanted.fcm }),
          ...(wanted.apns !== undefined && { apns: wanted.apns }),
        });
      });
      expect(cases.length).toBeGreaterThan(30);
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
