import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Bench, TestNode } from '../support/bench';

interface Case {
  name: string;
  template: IDataObject & { data?: Record<string, string>; buttons?: IDataObject[]; locales?: Record<string, IDataObject> };
  options?: IDataObject & { missing?: string | { fallback: string }; defaults?: Record<string, string>; now?: string };
  view: IDataObject;
  expect: { error?: string; message?: IDataObject; fcm?: IDataObject; apns?: IDataObject; bytes?: IDataObject };
}

/** What the node has a field for. */
const TEXTS = ['title', 'body', 'link', 'image', 'defaultLocale'];
const LOCALE_TEXTS = ['title', 'body', 'link', 'image', 'subtitle'];

const cases = (JSON.parse(readFileSync(join(__dirname, '../../vectors/template.json'), 'utf8')) as Case[]).filter(
  ({ template, options, name }) => options?.now === undefined && name !== 'an unknown field of a template'
    && Object.values(template.locales ?? {}).every((texts) => Object.keys(texts).every((key) => LOCALE_TEXTS.includes(key))),
);

function nodeOf({ template, options = {} }: Pick<Case, 'template' | 'options'>): TestNode {
  const { data, buttons, locales, ...rest } = template;
  const { missing, defaults, ...limits } = options;
  const values = (record: Record<string, unknown>, key: string, value: string) => Object.entries(record).map(([name, text]) => ({ [key]: name, [value]: text }));
  return {
    type: 'templatePersonalize',
    onError: 'continueRegularOutput',
    parameters: {
      defaultLocale: '',
      ...Object.fromEntries(Object.entries(rest).filter(([name]) => TEXTS.includes(name))),
      ...(data && { data: { values: values(data, 'key', 'value') } }),
      ...(locales && { locales: { values: Object.entries(locales).map(([locale, texts]) => ({ locale, ...texts })) } }),
      ...(defaults && { defaults: { values: values(defaults, 'field', 'text') } }),
      ...(typeof missing === 'string' && { missing }),
      ...(typeof missing === 'object' && { missing: 'fallback', fallback: missing.fallback }),
      options: {
        ...Object.fromEntries(Object.entries(rest).filter(([name]) => !TEXTS.includes(name))),
        ...limits,
        ...(buttons && { buttons: { values: buttons } }),
      } as IDataObject,
    },
  };
}

export function specifyTemplate(bench: Bench): void {
  describe('Push Template Personalize', () => {
    it(`agrees with ${cases.length} golden messages`, async () => {
      const { nodes } = await bench.runAll(cases.map(nodeOf), cases.map(({ view }, caseIndex) => ({ ...view, caseIndex })));
      const answers = cases.map(({ name, expect: wanted }, index) => {
        const [ready = [], unwritable = []] = nodes[`Node ${index}`]?.outputs ?? [];
        const push = (ready[index === -1 ? 0 : ready.findIndex(({ json }) => json['caseIndex'] === index)]?.json['push'] ?? {}) as {
          message?: IDataObject; payload?: IDataObject;
        };
        const refused = unwritable.find(({ pairedItem }) => pairedItem?.item === index)?.json;
        const code = (refused?.['push'] as IDataObject | undefined)?.['reason'] ?? (refused?.['details'] as IDataObject | undefined)?.['code'];
        const { bytes, ...message } = push.message ?? {};
        delete message['warnings'];
        return {
          name,
          ...(wanted.error !== undefined && { error: code }),
          ...(wanted.message && { message }),
          ...(wanted.fcm && { fcm: push.payload?.['fcm'] }),
          ...(wanted.apns && { apns: push.payload?.['apns'] }),
          ...(wanted.bytes && { bytes }),
        };
      });
      expect(answers).toEqual(cases.map(({ name, expect: { error, message, fcm, apns, bytes } }) => ({
        name, ...(error !== undefined && { error }), ...(message && { message }), ...(fcm && { fcm }), ...(apns && { apns }), ...(bytes && { bytes }),
      })));
    });

    it('puts people who cannot be written to on the second output, with the reason, and writes to the others', async () => {
      const node = nodeOf({ template: { title: 'Hello {{firstName}}', body: 'B' } });
      const { outputs } = await bench.run({ ...node, onError: undefined } as TestNode, [{ id: 1, firstName: 'Ada' }, { id: 2 }]);
      expect(outputs.map((items) => items.map(({ json, pairedItem }) => [json['id'], pairedItem]))).toEqual([[[1, { item: 0 }]], [[2, { item: 1 }]]]);
      expect(outputs[1]?.[0]?.json['push']).toMatchObject({ reason: 'missing-value', why: expect.stringContaining('firstName') });
    });

    it.each([
      ['Other Languages', { template: { title: 'T' } }, { locales: { values: [{ locale: 'fr', title: 'un' }, { locale: 'fr', title: 'deux' }] } }],
      ['Data', { template: { title: 'T' } }, { data: { values: [{ key: 'a', value: '1' }, { key: ' a', value: '2' }] } }],
      ['Defaults', { template: { title: 'T' } }, { defaults: { values: [{ field: 'a', text: '1' }, { field: 'a', text: '2' }] } }],
    ] as const)("refuses two entries of one name in '%s' and loses none of them", async (name, template, more) => {
      const node = nodeOf(template);
      const { stopped } = await bench.run({ ...node, onError: undefined, parameters: { ...node.parameters, ...(more as unknown as IDataObject) } }, [{ id: 1 }]);
      expect(stopped?.message).toMatch(new RegExp(`'${name}' has two entries named '(fr|a)'`));
    });

    it('tells the line and column of a template that does not parse before anyone is written to', async () => {
      const { stopped, outputs } = await bench.run({ ...nodeOf({ template: { title: 'Hi {{firstName' } }), onError: undefined } as TestNode, [{ id: 1 }]);
      expect(outputs).toEqual([]);
      expect(stopped?.message).toMatch(/title.*line 1/i);
    });
  });
}
