import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { classify, describeOutcome, OUTCOME_TABLE } from '../../../core/delivery/outcomes';
import { OUTCOMES } from '../../../core/delivery/gateway';

/** Apple's table, and the word that its servers send instead of BadEnvironmentKeyIdInToken. */
const APPLE: Readonly<Record<number, string>> = {
  400: 'BadCollapseId BadDeviceToken BadExpirationDate BadMessageId BadPriority BadTopic DeviceTokenNotForTopic DuplicateHeaders IdleTimeout '
    + 'InvalidPushType MissingDeviceToken MissingTopic PayloadEmpty TopicDisallowed',
  403: 'BadCertificate BadCertificateEnvironment ExpiredProviderToken Forbidden InvalidProviderToken MissingProviderToken UnrelatedKeyIdInToken '
    + 'BadEnvironmentKeyIdInToken BadEnvironmentKeyInToken',
  404: 'BadPath',
  405: 'MethodNotAllowed',
  410: 'ExpiredToken Unregistered',
  413: 'PayloadTooLarge',
  429: 'TooManyProviderTokenUpdates TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable Shutdown',
};
const FCM: readonly [number, string, string][] = [
  [404, 'UNREGISTERED', 'dead-token'],
  [403, 'SENDER_ID_MISMATCH', 'wrong-environment'],
  [429, 'QUOTA_EXCEEDED', 'throttled'],
  [503, 'UNAVAILABLE', 'unavailable'],
  [500, 'INTERNAL', 'unavailable'],
  [401, 'THIRD_PARTY_AUTH_ERROR', 'bad-credentials'],
  [400, 'INVALID_ARGUMENT', 'bad-payload'],
  [400, 'INVALID_ARGUMENT/token', 'dead-token'],
  [500, 'UNSPECIFIED_ERROR', 'unavailable'],
];

describe('the outcome table', () => {
  it('has a row of its own for each of Apple\'s reasons', () => {
    for (const [status, reasons] of Object.entries(APPLE)) {
      for (const reason of reasons.split(' ')) {
        expect([reason, classify('apns', Number(status), reason).code]).toEqual([reason, reason]);
      }
    }
    expect(Object.values(APPLE).join(' ').split(' ')).toHaveLength(33);
  });

  it('covers the error names of apns2, except those that apns2 makes up itself', () => {
    const print = "import('apns2').then(({ Errors }) => console.log(JSON.stringify(Object.values(Errors))))";
    const names = JSON.parse(execFileSync(process.execPath, ['-e', print], { encoding: 'utf8' })) as string[];
    const own = ['Error', 'UnknownError', 'InvalidSigningKey'];
    const known = new Set(OUTCOME_TABLE.filter(({ gateway }) => gateway === 'apns').map(({ code }) => code));
    expect(names.length).toBeGreaterThan(25);
    expect(names.filter((name) => !own.includes(name) && !known.has(name))).toEqual([]);
  });

  it.each(FCM)('FCM %i %s is %s', (status, code, outcome) => {
    expect(classify('fcm', status, code)).toMatchObject({ code, outcome });
  });

  it('lets no token die of a status alone, of a code under another status, or of a code it never heard of', () => {
    fc.assert(fc.property(
      fc.constantFrom('fcm' as const, 'apns' as const),
      fc.integer({ min: 100, max: 599 }),
      fc.oneof(fc.string(), fc.constant(undefined), fc.constantFrom(...OUTCOME_TABLE.map(({ code }) => code))),
      (gateway, status, code) => {
        const row = classify(gateway, status, code);
        expect(OUTCOMES).toContain(row.outcome);
        if (row.outcome === 'dead-token') expect([row.status, row.code]).toEqual([status, code]);
      },
    ), { numRuns: 3000 });
  });

  it('keeps the token where FCM answers 401, 403 or 404 without an FcmError', () => {
    for (const [status, code] of [[401, 'UNAUTHENTICATED'], [403, 'PERMISSION_DENIED'], [404, 'NOT_FOUND'], [401, undefined], [403, undefined], [404, undefined]] as const) {
      expect(classify('fcm', status, code).outcome).toBe('bad-credentials');
    }
  });

  it('never lets go again what may have been delivered', () => {
    expect(OUTCOME_TABLE.filter(({ outcome, retriable }) => outcome === 'unknown' && retriable)).toEqual([]);
    expect(OUTCOME_TABLE.filter(({ outcome, retriable }) => ['dead-token', 'wrong-environment', 'bad-payload', 'accepted'].includes(outcome) && retriable)).toEqual([]);
  });

  it('says in each row what happened, what to do and where that comes from, and has no row twice', () => {
    for (const row of OUTCOME_TABLE) {
      expect(row.meaning).toMatch(/^[A-Z].*\.$/);
      if (row.outcome !== 'accepted') expect(row.action).toMatch(/^[A-Z].*\.$/);
      expect(row.source).not.toBe('');
      expect(describeOutcome(row)).toContain(row.meaning);
    }
    const keys = OUTCOME_TABLE.map(({ gateway, status, code }) => `${gateway} ${status} ${code}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
