import { deviceMessage } from '../../../core/campaign/message';
import { apnsProtocol } from '../../../core/delivery/apns';
import { PushError, RunStopper } from '../../../core/errors';
import { isJsonObject, type JsonObject } from '../../../core/json';
import { compileTemplate, payloadLimits, templateVariables, type Template, type TemplateOptions } from '../../../core/template';

const NOW = '2026-03-02T22:00:00Z';
const write = (template: Template, view: object = {}, options: TemplateOptions = {}) => compileTemplate(template, { now: NOW, ...options })(view);
const errorOf = (action: () => unknown): PushError => {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof PushError) return thrown;
  }
  throw new Error('no PushError was thrown');
};

describe('how many bytes a gateway takes', () => {
  it('is 4,096 to a device, 2,048 to an FCM topic and 5,120 for a call over APNs', () => {
    expect([payloadLimits({}), payloadLimits({ topic: true }), payloadLimits({ voip: true })])
      .toEqual([{ fcm: 4096, apns: 4096 }, { fcm: 2048, apns: 4096 }, { fcm: 4096, apns: 5120 }]);
  });

  it('is measured per gateway: a call that FCM refuses may still go over APNs', () => {
    const call: Template = { voip: true, data: { blob: '{{blob}}' } };
    const blob = 'x'.repeat(5000);
    expect(write(call, { blob }, { gateways: ['apns'] }).bytes.apns).toBeGreaterThan(5000);
    expect(errorOf(() => write(call, { blob })).fields).toMatchObject({ gateway: 'fcm', limit: 4096 });
    expect(errorOf(() => write(call, { blob: blob + blob }, { gateways: ['apns'] })).fields).toMatchObject({ gateway: 'apns', limit: 5120 });
  });

  it('is half to a topic, where a long body is refused or shortened', () => {
    const news: Template = { title: 'T', body: '{{text}}' };
    const text = 'word '.repeat(500);
    expect(errorOf(() => write(news, { text }, { fcmTarget: 'topic' })).fields).toMatchObject({ gateway: 'fcm', limit: 2048 });
    const { bytes, message } = write(news, { text }, { fcmTarget: 'topic', overflow: 'shorten' });
    expect(bytes.fcm).toBeLessThanOrEqual(2048);
    expect(bytes.fcm).toBeGreaterThan(2000);
    expect(message.body).toMatch(/word…$/);
    expect(errorOf(() => write(news, {}, { fcmTarget: 'planet' as 'topic' })).fields).toEqual({ field: 'fcmTarget' });
  });
});

describe('missing values, field by field', () => {
  const template: Template = { title: 'Hi {{name}}', body: 'From {{default city "here"}}, {{default plan "free"}}' };

  it('tells which fields were stood in for, by whatever rule', () => {
    expect(write(template, { plan: 'Pro' }, { missing: 'empty' }).fallbacks).toEqual(['name', 'city']);
    expect(write(template, { name: 'Ada', plan: 'Pro', city: 'Paris' })).not.toHaveProperty('fallbacks');
    expect(write(template, {}, { defaults: { name: 'you' } }).fallbacks).toEqual(['name', 'city', 'plan']);
  });

  it('stops the run where it was told to, and only there', () => {
    const options: TemplateOptions = { missing: 'empty', missingByField: { name: 'fail' } };
    const stopped = errorOf(() => write(template, {}, options));
    expect(stopped).toBeInstanceOf(RunStopper);
    expect([stopped.code, stopped.fields]).toEqual(['missing-value-stops-run', { field: 'title', path: 'name' }]);
    expect(errorOf(() => write(template, {}))).not.toBeInstanceOf(RunStopper);
    expect(write(template, { name: 'Ada' }, options).message.title).toBe('Hi Ada');
  });

  it.each<[TemplateOptions, string]>([
    [{ missing: 'skip' as 'refuse' }, 'missing'], [{ missingByField: { a: 'skip' as 'refuse' } }, 'missingByField'], [{ missingByField: [] as never }, 'missingByField'],
    [{ missingByField: { a: { fallback: 1 as never } } }, 'missingByField'],
  ])('%j is refused by its name', (options, field) => {
    expect(errorOf(() => compileTemplate(template, options)).fields['field']).toBe(field);
  });
});

describe('fragments', () => {
  it('see the person, and name their fields to the caller', () => {
    const template: Template = { title: '{{t "hi"}}', fragments: { hi: 'Hi {{name}}' }, locales: { fr: { fragments: { hi: 'Salut {{prenom}}' } } } };
    expect(write(template, { prenom: 'Zoé', locale: 'fr' }).message.title).toBe('Salut Zoé');
    expect(templateVariables(template)).toEqual(['name', 'prenom']);
  });

  it('leave an error to the text that took them in, and cannot take in one another', () => {
    expect(errorOf(() => write({ title: 'T', body: '{{t "x"}}{{missing}}', fragments: { x: 'X' } })).fields).toEqual({ field: 'body', path: 'missing' });
    const { code, fields } = errorOf(() => compileTemplate({ title: '{{t "a"}}', fragments: { a: '{{t "b"}}', b: '{{t "a"}}' } }));
    expect([code, fields['field']]).toEqual(['template-syntax', 'fragments.a']);
  });

  it.each(['__proto__', 'a b', ''])('cannot be named %j', (name) => {
    const fragments = JSON.parse(`{${JSON.stringify(name)}:"x"}`) as Record<string, string>;
    expect(errorOf(() => compileTemplate({ title: 'T', fragments })).code).toBe('invalid-template');
  });

  it('are own names only', () => {
    expect(errorOf(() => write({ title: '{{t name}}', fragments: { a: 'A' } }, { name: 'constructor' })).code).toBe('missing-value');
  });
});

describe('a Live Activity', () => {
  const template: Template = { liveActivity: { event: 'end', contentState: { eta: '{{eta}}' }, staleAfterSeconds: 60, dismissAfterSeconds: 120 } };

  it('counts its dates from the sending', () => {
    const { fcm, apns } = write(template, { eta: 3 });
    expect(fcm).toBeUndefined();
    const later = new Date(Date.parse(NOW) + 30_000);
    const { payload, headers } = deviceMessage(
      { apns } as unknown as JsonObject, { token: 'ab', gateway: 'apns', platform: 'ios' }, 'A'.repeat(22), undefined,
      { now: later.getTime(), since: later.getTime(), ttlSeconds: 0, silent: false, mayRepeat: false });
    const at = later.getTime() / 1000;
    expect(payload['aps']).toEqual({ timestamp: at, event: 'end', 'content-state': { eta: 3 }, 'stale-date': at + 60, 'dismissal-date': at + 120 });
    expect(headers).toMatchObject({ 'apns-push-type': 'liveactivity', 'apns-expiration': '0' });
  });

  it.each([['liveactivity', 'com.example.shop.push-type.liveactivity'], ['voip', 'com.example.shop.voip'], ['alert', 'com.example.shop'], ['constructor', 'com.example.shop']])(
    'push type %s goes to the topic %s', (type, topic) => {
      const { headers } = apnsProtocol('com.example.shop').write({ id: '1', token: 'ab', payload: { aps: {} }, headers: { 'apns-push-type': type } });
      expect(headers['apns-topic']).toBe(topic);
    });

  it('needs the present and APNs', () => {
    expect(errorOf(() => compileTemplate(template)({})).fields).toEqual({ field: 'now' });
    expect(errorOf(() => compileTemplate(template, { gateways: ['fcm'] })).fields).toEqual({ field: 'gateways' });
  });

  const deep = (levels: number): JsonObject => (levels === 0 ? {} : { in: deep(levels - 1) });
  it.each<[object, string]>([
    [{ event: 'pause', contentState: {} }, 'liveActivity.event'],
    [{ event: 'update', contentState: [] }, 'liveActivity.contentState'],
    [{ event: 'update', contentState: { f: () => 1 } }, 'liveActivity.contentState.f'],
    [{ event: 'update', contentState: { n: NaN } }, 'liveActivity.contentState.n'],
    [{ event: 'update', contentState: JSON.parse('{"__proto__":1}') as object }, 'liveActivity.contentState'],
    [{ event: 'update', contentState: deep(12) }, `liveActivity.contentState${'.in'.repeat(10)}`],
    [{ event: 'update', contentState: { a: '{{' } }, 'liveActivity.contentState.a'],
    [{ event: 'update', contentState: {}, attributes: {} }, 'liveActivity.attributes'],
    [{ event: 'update', contentState: {}, dismissAfterSeconds: 1 }, 'liveActivity.dismissAfterSeconds'],
    [{ event: 'end', contentState: {}, dismissAfterSeconds: 14_401 }, 'liveActivity.dismissAfterSeconds'],
    [{ event: 'start', contentState: {}, attributesType: 'A' }, 'liveActivity.attributes'],
    [{ event: 'update', contentState: {}, more: 1 }, 'liveActivity.more'],
  ])('%j is refused by the name of its field', (liveActivity, field) => {
    expect(errorOf(() => compileTemplate({ title: 'T', liveActivity } as Template)).fields['field']).toBe(field);
  });

  it.each(['silent', 'voip'] as const)('cannot be %s', (way) => {
    expect(errorOf(() => compileTemplate({ ...template, [way]: true })).fields['field']).toBe('liveActivity');
  });

  it('starts with something to say', () => {
    const start: Template = { title: '{{name}}', liveActivity: { event: 'start', contentState: {}, attributesType: 'A', attributes: {} } };
    expect(errorOf(() => write(start, {}, { missing: 'empty' })).code).toBe('nothing-to-show');
    const { apns } = write(start, { name: 'Ada' });
    expect(isJsonObject(apns?.payload['aps']) && apns.payload['aps']['alert']).toEqual({ title: 'Ada' });
  });
});
