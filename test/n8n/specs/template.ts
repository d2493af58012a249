import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Bench, TestNode } from '../support/bench';
import { editorPage, launchChromium } from '../support/chromium';
import type { NodeRun } from '../support/execution';

interface Case {
  name: string;
  template: IDataObject & { fragments?: Record<string, string>; data?: Record<string, string>; buttons?: IDataObject[]; locales?: Record<string, IDataObject> };
  options?: IDataObject & { missingByField?: Record<string, string | { fallback: string }>; missing?: string | { fallback: string }; defaults?: Record<string, string>; now?: string };
  view: IDataObject;
  expect: { error?: string; message?: IDataObject; fcm?: IDataObject; apns?: IDataObject; bytes?: IDataObject };
}

/** What the node has a field for. */
const TEXTS = ['kind', 'title', 'body', 'link', 'image', 'defaultLocale'];
const LOCALE_TEXTS = ['title', 'body', 'link', 'image', 'subtitle', 'fragments', 'data'];

const all = JSON.parse(readFileSync(join(__dirname, '../../vectors/template.json'), 'utf8')) as Case[];
const cases = all.filter(
  ({ template, options, name }) => (options?.now === undefined || template['liveActivity'] !== undefined) && name !== 'an unknown field of a template'
    && Object.values(template.locales ?? {}).every((texts) => Object.keys(texts).every((key) => LOCALE_TEXTS.includes(key))),
);

function nodeOf({ template, options = {} }: Pick<Case, 'template' | 'options'>): TestNode {
  const { data, buttons, locales, fragments, ...rest } = template;
  const { missing, missingByField = {}, defaults = {}, now: _now, ...limits } = options;
  const values = (record: Record<string, unknown>, key: string, value: string) => Object.entries(record).map(([name, text]) => ({ [key]: name, [value]: text }));
  return {
    type: 'templatePersonalize',
    onError: 'continueRegularOutput',
    parameters: {
      defaultLocale: '',
      ...Object.fromEntries(Object.entries(rest).filter(([name]) => TEXTS.includes(name))),
      ...(data && { data: { values: values(data, 'key', 'value') } }),
      ...(locales && { locales: { values: Object.entries(locales).map(([locale, { fragments: own, data: ownData, ...texts }]) => ({
        locale, ...texts, ...fragmentsOf(own), ...(ownData !== undefined && { data: { values: values(ownData as Record<string, string>, 'key', 'value') } }),
      })) } }),
      defaults: { values: [
        ...values(defaults, 'field', 'text'),
        ...Object.entries(missingByField).map(([field, policy]) => (typeof policy === 'object' ? { field, policy: 'fallback', text: policy.fallback } : { field, policy })),
      ] as IDataObject[] },
      ...(typeof missing === 'string' && { missing }),
      ...(typeof missing === 'object' && { missing: 'fallback', fallback: missing.fallback }),
      options: {
        ...Object.fromEntries(Object.entries(rest).filter(([name]) => !TEXTS.includes(name))),
        ...limits,
        ...fragmentsOf(fragments),
        ...(buttons && { buttons: { values: buttons } }),
      } as IDataObject,
    },
  };
}

function fragmentsOf(fragments: unknown): IDataObject {
  if (fragments === undefined) return {};
  return { fragments: { values: Object.entries(fragments as Record<string, string>).map(([name, text]) => ({ name, text })) } };
}

/** The moment of writing is the node's own. */
function withoutDates(part: IDataObject | undefined): unknown {
  return part === undefined ? undefined : JSON.parse(JSON.stringify(part).replaceAll(/"(at|timestamp|stale-date|dismissal-date)":\d+/g, '"$1":0'));
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
        delete message['fallbacks'];
        return {
          name,
          ...(wanted.error !== undefined && { error: code }),
          ...(wanted.message && { message: withoutDates(message) }),
          ...(wanted.fcm && { fcm: push.payload?.['fcm'] }),
          ...(wanted.apns && { apns: withoutDates(push.payload?.['apns'] as IDataObject | undefined) }),
          ...(wanted.bytes && { bytes }),
        };
      });
      expect(answers).toEqual(cases.map(({ name, expect: { error, message, fcm, apns, bytes } }) => ({
        name, ...(error !== undefined && { error }), ...(message && { message: withoutDates(message) }), ...(fcm && { fcm }), ...(apns && { apns: withoutDates(apns) }), ...(bytes && { bytes }),
      })));
    });

    it('has a field for everything that a golden message says', () => {
      expect(all.filter((one) => !cases.includes(one)).map(({ name }) => name)).toEqual(['relative time by the calendar of the person', 'an unknown field of a template']);
    });

    it('puts people who cannot be written to on the second output, with the reason, and writes to the others', async () => {
      const node = nodeOf({ template: { title: 'Hello {{firstName}}', body: 'B' } });
      const { outputs } = await bench.run({ ...node, onError: undefined } as TestNode, [{ id: 1, firstName: 'Ada' }, { id: 2 }]);
      expect(outputs.slice(0, 2).map((items) => items.map(({ json, pairedItem }) => [json['id'], pairedItem]))).toEqual([[[1, { item: 0 }]], [[2, { item: 1 }]]]);
      expect(outputs[1]?.[0]?.json['push']).toMatchObject({ reason: 'missing-value', why: expect.stringContaining('firstName') });
    });

    it('says under the node and in the summary who got which language, what was missing and how the texts read', async () => {
      const node = nodeOf({ template: { defaultLocale: 'en', title: 'HELLO WORLD {{default firstName "you"}}', body: 'See <b>{{city}}</b>', locales: { fr: { body: 'Voir {{city}}' } } } });
      const people = [{ id: 1, firstName: 'Ada', city: 'Paris', locale: 'fr' }, { id: 2, city: 'Rome' }, { id: 3, firstName: 'Ben' }];
      const { outputs, hints } = await bench.run({ ...node, onError: undefined } as TestNode, people);
      expect(outputs[2]?.map(({ json }) => json)).toMatchObject([{
        people: 3, ready: 2, notWritten: { 'missing-value': 1 }, locales: { fr: 1, en: 1 },
        fields: { firstName: { fallback: 1, missing: 0 }, city: { fallback: 0, missing: 1 } },
        copy: { people: 2, findings: [{ rule: 'capitals', people: 2 }, { rule: 'fallbacks', field: 'firstName' }] },
      }]);
      expect(hints[0]).toBe('3 people: 2 written (1 fr, 1 en), 1 not (1 missing-value). Missing: firstName (1 with a stand-in), city (1 not written).');
      expect(hints[1]).toMatch(/^Copy check, capitals: 100 % of people\. .* For example: "HELLO WORLD"$/);
    });

    it('stops the run where the copy check is a gate', async () => {
      const node = nodeOf({ template: { defaultLocale: 'en', title: 'See the sale', body: 'Click here' }, options: { copyCheck: 'gate' } });
      const { stopped, outputs } = await bench.run({ ...node, onError: undefined } as TestNode, [{ id: 1 }]);
      expect([stopped?.message, outputs]).toEqual(['The copy check stopped the run: vague-call-to-action for 100 % of the people.', []]);
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

    describe('with a preview', () => {
      const goldens = JSON.parse(readFileSync(join(__dirname, '../../vectors/preview.json'), 'utf8')) as { message: IDataObject; expect: IDataObject }[];
      const visible = goldens.filter(({ message }) => message['silent'] !== true && message['title'] !== undefined && !JSON.stringify(message).includes('u0000'));
      const BUTTONS = [0, 1, 2].map((index) => ({ id: `button-${index}`, title: `{{buttons.${index}.title}}` }));
      const people = visible.map(({ message }, index) => ({ id: `p${index}`, ...message }));
      const node = (parameters: IDataObject): TestNode => ({
        type: 'templatePersonalize',
        parameters: { title: '{{title}}', body: '{{body}}', missing: 'empty', image: '{{image}}', options: { subtitle: '{{subtitle}}', buttons: { values: BUTTONS } }, ...parameters },
      });
      const previewed = ({ outputs }: Pick<NodeRun, 'outputs'>) => (outputs[0] ?? []).filter(({ binary }) => binary !== undefined);

      it('shows what the golden previews show, and a picture that the editor displays', async () => {
        const run = await bench.run(node({ preview: 'named', previewIds: people.map(({ id }) => id).join(', '), previewApp: 'Shop' }), people);
        expect(previewed(run).map(({ json }) => (json['push'] as IDataObject)['preview'])).toEqual(visible.map(({ expect: wanted }) => wanted));
        const { id, mimeType, fileName } = previewed(run)[0]?.binary?.['preview'] as { id: string; mimeType: string; fileName: string };
        expect([mimeType, fileName]).toEqual(['image/png', 'push-preview-1.png']);
        const browser = await launchChromium();
        try {
          const page = await editorPage(browser, bench.host());
          // The address from which the editor shows a picture: n8n refuses it for kinds that it does not display, SVG among them.
          await page.setContent(`<img src="${bench.host().url}/rest/binary-data?id=${encodeURIComponent(id)}&action=view">`);
          await page.waitForFunction('document.images[0].complete');
          expect(await page.evaluate('document.images[0].naturalWidth')).toBe(1374);
        } finally {
          await browser.close();
        }
      });

      it('draws the same random people for a seed', async () => {
        const drawn = async (previewSeed: string) => previewed(await bench.run(node({ preview: 'random', previewCount: 2, previewSeed }), people)).map(({ json }) => json['id']);
        const [once, again] = [await drawn('a'), await drawn('a')];
        expect(once).toHaveLength(2);
        expect(again).toEqual(once);
      });

      it('makes none where it is off, and says so where there is nobody to show', async () => {
        expect(previewed(await bench.run(node({}), people))).toEqual([]);
        const { outputs, hints } = await bench.run(node({ preview: 'named', previewIds: 'nobody' }), people);
        expect([outputs[0]?.length, hints]).toEqual([people.length, expect.arrayContaining([expect.stringContaining('Nobody to preview')])]);
      });
    });
  });
}
