import fc from 'fast-check';
import { SafetyStop } from '../../../../core/delivery/breaker/safety-stop';
import type { GatewayResult } from '../../../../core/delivery/gateway';
import { classify, type OutcomeRow } from '../../../../core/delivery/outcomes';

const ROWS = {
  ok: classify('apns', 200, undefined),
  dead: classify('apns', 410, 'Unregistered'),
  badToken: classify('apns', 400, 'BadDeviceToken'),
  otherProject: classify('fcm', 403, 'SENDER_ID_MISMATCH'),
  badKey: classify('apns', 403, 'InvalidProviderToken'),
  appleKeyAtFirebase: classify('fcm', 401, 'THIRD_PARTY_AUTH_ERROR'),
  badPayload: classify('apns', 413, 'PayloadTooLarge'),
  busy: classify('apns', 503, 'ServiceUnavailable'),
} satisfies Record<string, OutcomeRow>;
type Answer = keyof typeof ROWS;

/** Judges the answers one by one; what is told of them, in the order in which it is. */
function judge(answers: readonly Answer[], enabled = true): { told: GatewayResult[]; stop: string | undefined; after: number } {
  const safety = new SafetyStop(enabled);
  const told: GatewayResult[] = [];
  let after = 0;
  for (const [index, answer] of answers.entries()) {
    const row = ROWS[answer];
    safety.judge({ id: String(index), outcome: row.outcome, code: row.code, detail: 'Why.', attempts: 1 }, row, (result) => told.push(result));
    if (safety.stopped === undefined) after = index + 1;
  }
  safety.release();
  return { told, stop: safety.stopped?.code, after: safety.stopped === undefined ? answers.length : after + 1 };
}
const many = (count: number, answer: Answer): Answer[] => Array.from({ length: count }, () => answer);
const mixed = (...parts: [number, Answer][]): Answer[] => {
  const whole = parts.flatMap(([count, answer]) => many(count, answer));
  return whole.map((_, index) => whole[(index * 7919) % whole.length] as Answer);
};

describe('the safety stop', () => {
  it.each<[string, Answer[], string | undefined]>([
    ['all is well', many(2000, 'ok'), undefined],
    ['a fifth of an old list is dead', mixed([800, 'ok'], [200, 'dead']), undefined],
    ['nearly all tokens are of the other environment', mixed([10, 'ok'], [90, 'badToken']), 'stopped-wrong-environment'],
    ['a quarter is of the other environment', mixed([750, 'ok'], [250, 'badToken']), 'stopped-wrong-environment'],
    ['a tenth is', mixed([900, 'ok'], [100, 'badToken']), undefined],
    ['a tenth is of another project', mixed([900, 'ok'], [101, 'otherProject']), 'stopped-wrong-environment'],
    ['three of four people are', mixed([1, 'ok'], [3, 'badToken']), undefined],
    ['most tokens are dead', mixed([400, 'ok'], [600, 'dead']), 'stopped-dead-tokens'],
    ['our key is refused', many(3, 'badKey'), 'stopped-bad-credentials'],
    ['our key is refused in between', mixed([600, 'ok'], [2, 'badKey']), undefined],
    ['Firebase has no key for Apple: Android goes on', mixed([500, 'ok'], [500, 'appleKeyAtFirebase']), undefined],
    ['the message is refused for all', many(40, 'badPayload'), 'stopped-bad-payload'],
    ['the message is refused for half', mixed([50, 'ok'], [50, 'badPayload']), undefined],
    ['the service is down: that says nothing', many(500, 'busy'), undefined],
    ['the wrong ones come after a thousand good ones', [...many(1000, 'ok'), ...many(500, 'badToken')], undefined],
    ['our key is revoked after a thousand good ones', [...many(1000, 'ok'), ...many(3, 'badKey')], 'stopped-bad-credentials'],
  ])('%s', (_, answers, stop) => {
    expect(judge(answers).stop).toBe(stop);
  });

  it('stops within the first answers', () => {
    expect(judge(many(100, 'badToken')).after).toBe(20);
    expect(judge(many(100, 'badKey')).after).toBe(3);
  });

  it('tells each message once, and none dead once it stopped: the code stays, the outcome says that the token is not to blame', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...(Object.keys(ROWS) as Answer[])), { maxLength: 1500 }), fc.constantFrom(...(Object.keys(ROWS) as Answer[])), fc.nat(300), (random, repeated, times) => {
      const answers = [...many(times, repeated), ...random];
      const { told, stop } = judge(answers);
      expect(told.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(answers.map((_, index) => index));
      const dead = told.filter(({ code }) => code === 'Unregistered');
      expect(dead.every(({ outcome }) => outcome === (stop === undefined ? 'dead-token' : 'wrong-environment') || answers.length > 1000)).toBe(true);
      if (stop !== undefined && answers.length <= 1000) expect(told.filter(({ outcome }) => outcome === 'dead-token')).toEqual([]);
    }), { numRuns: 100 });
  });

  it('can be switched off', () => {
    const { told, stop } = judge([...many(100, 'dead'), ...many(100, 'badToken')], false);
    expect([stop, told[0]?.outcome]).toEqual([undefined, 'dead-token']);
  });
});
