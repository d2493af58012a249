import fc from 'fast-check';
import { deliveryCounters, DeliveryCounters, watchDelivery, type DeliveryEvent } from '../../../../core/delivery';
import { FakeVendor, fcmError, fcmOk } from '../fake-vendor';
import { fcmGateway, messages, sendAll } from '../support';

/** A sample line of the text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
const SAMPLE = /^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? (-?[0-9.e+-]+|\+Inf)$/;

function samples(text: string): Record<string, number> {
  return Object.fromEntries(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
    expect(line).toMatch(SAMPLE);
    return [name + labels, Number(value)];
  }));
}

describe('what an operator watches', () => {
  it('counts messages by outcome, attempts, waits and connections of a real run, and logs no token', async () => {
    const lines: string[] = [];
    const vendor = await FakeVendor.listen(({ token, time }) => (token.endsWith('1') ? fcmError(404, 'UNREGISTERED') : token.endsWith('2') && time === 1 ? fcmError(503, 'UNAVAILABLE', {}, { 'retry-after': '0' }) : fcmOk));
    const counters = new DeliveryCounters();
    const gateway = fcmGateway(vendor.origin, { listener: (event) => {
      counters.note(event);
      watchDelivery((level, line, fields) => lines.push(`${level} ${line} ${JSON.stringify(fields)}`))(event);
    } });
    const sent = messages(100);
    const before = samples(deliveryCounters.text())['push_messages_total{gateway="fcm",outcome="accepted"}'] ?? 0;
    await sendAll(gateway, sent);
    await gateway.close();
    await vendor.close();
    const counted = samples(counters.text());
    const dead = sent.filter(({ token }) => String(token).endsWith('1')).length;
    const busy = sent.filter(({ token }) => String(token).endsWith('2')).length;
    expect(counted).toMatchObject({
      'push_messages_total{gateway="fcm",outcome="accepted"}': 100 - dead,
      'push_messages_total{gateway="fcm",outcome="dead-token"}': dead,
      'push_attempts_total{gateway="fcm"}': 100 + busy,
      'push_retry_waits_total{gateway="fcm",code="UNAVAILABLE"}': busy,
      'push_open_connections{gateway="fcm"}': 0,
      'push_message_seconds_count{gateway="fcm"}': 100,
      'push_message_seconds_bucket{gateway="fcm",le="+Inf"}': 100,
    });
    // What every face counts into, whichever gateway of the process.
    expect(samples(deliveryCounters.text())['push_messages_total{gateway="fcm",outcome="accepted"}']).toBe(before + 100 - dead);
    expect(lines.filter((line) => line.startsWith('debug FCM: message'))).toHaveLength(100 + busy);
    for (const { token } of sent) expect(lines.join('\n')).not.toContain(token);
  });

  it.each<[DeliveryEvent, string, RegExp]>([
    [{ gateway: 'fcm', event: 'paused', code: 'QUOTA_EXCEEDED', ms: 60_000 }, 'warn', /^FCM rests for 60000 ms \(QUOTA_EXCEEDED\)\. The sending quota/],
    [{ gateway: 'apns', event: 'stopped', code: 'stopped-wrong-environment' }, 'warn', /^APNs: The run was stopped/],
    [{ gateway: 'apns', event: 'key-changed', code: 'Forbidden', from: 'KEY1', to: 'KEY2' }, 'warn', /refused the key KEY1 \(Forbidden\): KEY2 is used from now on/],
    [{ gateway: 'fcm', event: 'connection', state: 'failed', code: 'tls-untrusted' }, 'warn', /TLS certificate is not trusted here/],
    [{ gateway: 'fcm', event: 'connection', state: 'opened' }, 'debug', /^FCM: connection opened$/],
  ])('says %j in words', (event, level, words) => {
    const said: unknown[] = [];
    watchDelivery((at, line) => said.push(at, line))(event);
    expect(said).toEqual([level, expect.stringMatching(words)]);
  });

  it('keeps its labels few and its text well formed, whatever code a gateway answers', () => {
    const counters = new DeliveryCounters();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (code) => {
      counters.note({ gateway: 'apns', event: 'paused', code, ms: 1 });
      counters.note({ gateway: 'apns', event: 'waiting', id: 'a', device: 'b', code, ms: 1 });
    }), { numRuns: 300 });
    counters.note({ gateway: 'apns', event: 'paused', code: 'line\nbreak "and" \\', ms: 1 });
    const counted = samples(counters.text());
    expect(counted['push_gateway_pauses_total{gateway="apns",code="other"}']).toBe(301);
    expect(Object.keys(counted)).toHaveLength(2);
    expect(counters.toJSON()['push_gateway_pauses_total']).toEqual([{ labels: { gateway: 'apns', code: 'other' }, value: 301 }]);
  });
});
