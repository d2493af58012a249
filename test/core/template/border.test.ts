import { PushError } from '../../../core/errors';
import { compileTemplate, templateVariables, type Template, type TemplateOptions } from '../../../core/template';

function errorOf(template: unknown, options: unknown = {}, view: object = {}): { code: string; field: unknown } {
  try {
    compileTemplate(template as Template, options as TemplateOptions)(view);
  } catch (thrown) {
    if (thrown instanceof PushError) return { code: thrown.code, field: thrown.fields['field'] };
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
const sound = { title: 'T', body: 'B' };

describe('a template that is none', () => {
  it.each<[unknown, string]>([
    [null, 'template'], ['text', 'template'], [[sound], 'template'],
    [{ ...sound, titel: 'x' }, 'titel'],
    [{ ...sound, body: 5 }, 'body'], [{ ...sound, body: { type: 'Program', body: [] } }, 'body'],
    [{ ...sound, data: 'x' }, 'data'], [{ ...sound, data: { a: {} } }, 'data.a'],
    [{ ...sound, buttons: {} }, 'buttons'], [{ ...sound, buttons: [{ id: 'a b', title: 'A' }] }, 'buttons[0].id'],
    [{ ...sound, buttons: [{ id: 'a' }] }, 'buttons[0].title'], [{ ...sound, buttons: [{ id: 'a', title: 'A', url: 'x' }] }, 'buttons[0].url'],
    [{ ...sound, buttons: [{ id: 'a', title: 'A' }, { id: 'a', title: 'B' }] }, 'buttons'],
    [{ ...sound, badge: -1 }, 'badge'], [{ ...sound, badge: 1.5 }, 'badge'],
    [{ ...sound, ttlSeconds: -1 }, 'ttlSeconds'], [{ ...sound, ttlSeconds: '60' }, 'ttlSeconds'],
    [{ ...sound, priority: 'urgent' }, 'priority'], [{ ...sound, interruptionLevel: 'loud' }, 'interruptionLevel'],
    [{ ...sound, relevanceScore: 1.1 }, 'relevanceScore'], [{ ...sound, relevanceScore: NaN }, 'relevanceScore'],
    [{ ...sound, silent: 'yes' }, 'silent'], [{ silent: true, title: 'T' }, 'title'], [{ silent: true, badge: 1 }, 'badge'],
    [{ silent: true, locales: { fr: { body: 'B' } } }, 'body'],
    [{ ...sound, defaultLocale: 'not a tag' }, 'defaultLocale'], [{ ...sound, locales: { '??': {} } }, 'locales.??'],
    [{ ...sound, locales: { fr: { badge: 1 } } }, 'locales.fr.badge'], [{ ...sound, locales: { fr_fr: {}, 'fr-FR': {} } }, 'locales'],
  ])('%j is refused by the name of its field', (template, field) => {
    expect(errorOf(template)).toEqual({ code: 'invalid-template', field });
  });

  it.each<[unknown, string]>([
    [{ missing: 'skip' }, 'missing'], [{ missing: null }, 'missing'], [{ defaults: { a: 1 } }, 'defaults'], [{ overflow: 'cut' }, 'overflow'],
    [{ reserveBytes: -1 }, 'reserveBytes'], [{ reserveBytes: 4096 }, 'reserveBytes'], [{ now: 'soon' }, 'now'], [{ gateways: [] }, 'gateways'],
  ])('options %j are refused by their name', (options, field) => {
    expect(errorOf(sound, options)).toEqual({ code: 'invalid-option', field });
  });

  it('does not mind fields that a form leaves empty', () => {
    const form = { ...sound, subtitle: '', image: null, link: undefined, data: {}, buttons: [], locales: {}, ttlSeconds: null };
    expect(compileTemplate(form as unknown as Template)({}).message).toEqual(sound);
  });
});

describe('what the protocols forbid', () => {
  const forbidden: [Template, string][] = [
    ...['from', 'message_type', 'google', 'googleX', 'gcm.n', 'GCM', 'aps', 'deliveryToken', 'eventsUrl', 'link', ' ']
      .map((key): [Template, string] => [{ ...sound, data: { [key]: 'x' } }, `data.${key}`]),
    [{ ...sound, data: JSON.parse('{"__proto__":"x"}') as Record<string, string> }, 'data.__proto__'],
    [{ ...sound, data: { 'half\ud800': 'x' } }, 'data.half\ud800'],
    [{ liveActivity: { event: 'update', contentState: { a: { '\udc00': 1 } } } }, 'liveActivity.contentState.a'],
    ...['javascript:alert(1)', 'JAVASCRIPT:x', 'data:text/html,x', 'file:///etc/passwd', 'intent://x', 'vbscript:x', 'http://shop.example', 'shop.example/x',
      '/path', 'https://', 'https://a.b/c d', 'java\tscript:x', 'http://localhost.evil.example/', 'http://127.0.0.1.evil.example/']
      .map((link): [Template, string] => [{ ...sound, link }, 'link']),
    [{ ...sound, buttons: [{ id: 'a', title: 'A', link: 'javascript:x' }] }, 'buttons[0].link'],
    [{ ...sound, image: 'data:image/png;base64,AA' }, 'image'],
    [{ ...sound, collapseId: 'é'.repeat(33) }, 'collapseId'], [{ ...sound, collapseId: 'é' }, 'collapseId'],
    [{ ...sound, analyticsLabel: 'x'.repeat(51) }, 'analyticsLabel'],
  ];

  it.each(forbidden)('%j is refused by the name of its field before anyone is written to', (template, field) => {
    expect(errorOf(template)).toEqual({ code: 'forbidden-value', field });
    if (!field.startsWith('data')) expect(() => templateVariables(template)).toThrow(PushError);
  });

  it('is refused for one person where it comes from their data', () => {
    const template = { ...sound, buttons: [{ id: 'a', title: 'A', link: '{{url}}' }] };
    expect(errorOf(template, {}, { url: 'file:///x' })).toEqual({ code: 'forbidden-value', field: 'buttons[0].link' });
    expect(compileTemplate(template)({ url: 'shop://a' }).message.buttons).toEqual([{ id: 'a', title: 'A', link: 'shop://a' }]);
  });

  it.each(['https://shop.example/é?x=1#y', 'shop://basket/1', 'mailto:help@shop.example', 'http://127.0.0.1:8080/', 'http://[::1]/x'])('%s is a link', (link) => {
    expect(compileTemplate({ ...sound, link })({}).message.link).toBe(link);
  });
});

describe('choices of the caller', () => {
  it('makes the payload of one gateway only, and measures that one', () => {
    const { fcm, apns, bytes } = compileTemplate(sound, { gateways: ['apns'] })({});
    expect([fcm, Object.keys(bytes), apns?.payload]).toEqual([undefined, ['apns'], { aps: { alert: { title: 'T', body: 'B' } } }]);
  });

  it('gives every person objects of their own', () => {
    const personalize = compileTemplate({ ...sound, data: { a: 'b' } });
    const [first, second] = [personalize({}), personalize({})];
    Object.assign(first.message.data ?? {}, { a: 'changed' });
    expect(second.message.data).toEqual({ a: 'b' });
    expect(personalize({}).fcm?.['data']).toEqual({ a: 'b' });
  });

  it('does not look at the clock: relative time needs the present as an option', () => {
    const template = { title: '{{relativeTime at}}' };
    expect(errorOf(template, {}, { at: '2026-01-01' }).code).toBe('bad-value');
    const at = (now: string, when: string): string | undefined => compileTemplate(template, { now })({ at: when, locale: 'en' }).message.title;
    expect(at('2026-01-01T12:00:00Z', '2026-01-01T12:30:00Z')).toBe('in 30 minutes');
    expect(at('2026-01-01T12:00:00Z', '2026-01-01T09:00:00Z')).toBe('3 hours ago');
    expect(at('2026-01-01T23:00:00Z', '2026-01-02')).toBe('tomorrow');
    expect(at('2026-01-01T12:00:00Z', '2026-03-20T12:00:00Z')).toBe('in 3 months');
  });

  it('takes dates that exist, in every usual form', () => {
    const write = (day: unknown): string | undefined =>
      compileTemplate({ title: '{{date day}}' })({ day, locale: 'en-GB', timezone: 'America/New_York' }).message.title;
    expect(['2026-07-14', '2026-07-14T23:30', '2026-07-15T03:30:00Z', '2026-07-15T05:30+0200', Date.UTC(2026, 6, 15, 3), new Date('2026-07-15T03:00Z')]
      .map(write)).toEqual(Array(6).fill('14 Jul 2026'));
    for (const day of ['2026-02-30', '14/07/2026', 'tomorrow', new Date(NaN), true]) expect(() => write(day)).toThrow(PushError);
    const far = (at: number): string => errorOf({ title: '{{relativeTime at}}' }, { now: '2026-01-01T12:00:00Z' }, { at }).code;
    expect([8.64e15, -8.64e15].map(far)).toEqual(['bad-value', 'bad-value']);
  });
});
