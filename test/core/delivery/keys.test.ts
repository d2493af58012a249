/** Two APNs keys in a credential: the next one takes over when Apple refuses the first. */
import { createGateway } from '../../../core/delivery/create-gateway';
import type { ApnsGatewayOptions, Gateway } from '../../../core/delivery/gateway';
import type { DeliveryEvent } from '../../../core/delivery/listener';
import type { Sandbox } from '../../../sandbox';
import { quickSandbox } from '../../sandbox/support';
import { apnsError, apnsOk, FakeVendor, type Deed } from './fake-vendor';
import { countBy, expectEachOnce, messages, newApnsKey, QUICK_SURROUNDINGS, sendAll } from './support';

const TEAM = 'TEAM123456';
let serial = 0;
/** Keys are shared by the whole process: each test has its own. */
const newKey = (name: string) => ({ keyId: `${name}${++serial}`.padEnd(10, '0'), key: newApnsKey() });
const keyIdOf = (authorization = ''): string => (JSON.parse(Buffer.from(authorization.slice(7).split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;

const first = () => newKey('FIRST');
const next = () => newKey('NEXT');

describe('an APNs credential with two keys', () => {
  let vendor: FakeVendor;
  let gateway: Gateway;
  let events: DeliveryEvent[];
  let now: number;
  const open = (one: ReturnType<typeof newKey>, other: ReturnType<typeof newKey>): void => {
    gateway = createGateway({
      type: 'apns', endpoint: vendor.origin, bundleId: 'com.example.shop', teamId: TEAM, keyId: one.keyId, key: one.key, nextKeyId: other.keyId, nextKey: other.key,
    }, { ...QUICK_SURROUNDINGS, now: () => now, listener: (event) => events.push(event) });
  };
  /** Answers as Apple does with one key that is good. */
  const onlyTakes = (...good: string[]) => async (seen: { headers: { authorization?: string } }): Promise<Deed> => (good.includes(keyIdOf(seen.headers.authorization)) ? apnsOk : apnsError(403, 'InvalidProviderToken'));

  beforeEach(async () => {
    [events, now] = [[], Date.now()];
    vendor = await FakeVendor.listen(() => apnsOk);
  });
  afterEach(async () => {
    await gateway.close();
    await vendor.close();
  });

  it('uses the first while it is good', async () => {
    const [one, other] = [first(), next()];
    open(one, other);
    expect(countBy(await sendAll(gateway, messages(50)), 'outcome')).toEqual({ accepted: 50 });
    expect(new Set(vendor.seen.map(({ headers }) => keyIdOf(headers.authorization)))).toEqual(new Set([one.keyId]));
  });

  it.each(['InvalidProviderToken', 'Forbidden', 'BadEnvironmentKeyIdInToken'])('goes on with the next one when the first is refused (%s): nobody is lost, and it is told once', async (reason) => {
    const [one, other] = [first(), next()];
    vendor.manners = ({ headers }) => (keyIdOf(headers.authorization) === other.keyId ? apnsOk : apnsError(403, reason));
    open(one, other);
    const sent = messages(500);
    const results = await sendAll(gateway, sent);
    expectEachOnce(results, sent);
    expect(countBy(results, 'outcome')).toEqual({ accepted: 500 });
    expect(events.filter(({ event }) => event === 'key-changed')).toEqual([{ gateway: 'apns', event: 'key-changed', code: reason, from: one.keyId, to: other.keyId }]);
    expect(JSON.stringify(events)).not.toContain('bearer');
  });

  it('a key that is revoked in the middle of 500 requests costs nobody their message, and mints each key once', async () => {
    const [one, other] = [first(), next()];
    let revoked = false;
    vendor.manners = async (seen) => {
      revoked ||= vendor.seen.length > 200;
      return revoked ? onlyTakes(other.keyId)(seen) : { ...(apnsOk as object), afterMs: 5 } as Deed;
    };
    open(one, other);
    expect(countBy(await sendAll(gateway, messages(1000)), 'outcome')).toEqual({ accepted: 1000 });
    expect(new Set(vendor.seen.map(({ headers }) => headers.authorization)).size).toBe(2);
    expect(events.filter(({ event }) => event === 'key-changed')).toHaveLength(1);
  });

  it('an expired signature is renewed first; the other key comes when the new one is refused too', async () => {
    const [one, other] = [first(), next()];
    vendor.manners = async ({ headers }) => (keyIdOf(headers.authorization) === other.keyId ? apnsOk : apnsError(403, 'ExpiredProviderToken'));
    open(one, other);
    await sendAll(gateway, messages(1));
    now += 1000;
    expect(countBy(await sendAll(gateway, messages(100)), 'outcome')).toEqual({ accepted: 100 });
    expect(events.filter(({ event }) => event === 'key-changed')).toMatchObject([{ code: 'ExpiredProviderToken', from: one.keyId, to: other.keyId }]);
  });

  it('stops when both are refused, and says why; no token is touched', async () => {
    vendor.manners = () => apnsError(403, 'InvalidProviderToken');
    open(first(), next());
    const results = await sendAll(gateway, messages(200));
    expect(countBy(results, 'outcome')).toEqual({ 'bad-credentials': 200 });
    expect(vendor.seen.length).toBeLessThan(20);
  });

  it('goes back to the first after 20 minutes, should it be good again', async () => {
    const [one, other] = [first(), next()];
    vendor.manners = onlyTakes(other.keyId);
    open(one, other);
    await sendAll(gateway, messages(1));
    vendor.manners = onlyTakes(one.keyId, other.keyId);
    await sendAll(gateway, messages(1));
    expect(keyIdOf(vendor.seen.at(-1)?.headers.authorization)).toBe(other.keyId);
    now += 21 * 60_000;
    await sendAll(gateway, messages(1));
    expect(keyIdOf(vendor.seen.at(-1)?.headers.authorization)).toBe(one.keyId);
  });

  it.each<[string, string, Partial<ApnsGatewayOptions>]>([
    ['a next key without its id', 'key-id-malformed', { nextKeyId: '', nextKey: newApnsKey() }],
    ['a next key id without its key', 'key-missing', { nextKeyId: 'NEXT123456', nextKey: '' }],
    ['a next key that is none', 'key-malformed', { nextKeyId: 'NEXT123456', nextKey: 'none!' }],
    ['the same key twice', 'next-key-same', { nextKeyId: 'FIRST12345', nextKey: newApnsKey() }],
  ])('refuses %s', (_, code, more) => {
    open(first(), next());
    const make = () => createGateway({ type: 'apns', bundleId: 'com.example.shop', teamId: TEAM, keyId: 'FIRST12345', key: newApnsKey(), ...more });
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});

describe('the connection test of two keys', () => {
  let sandbox: Sandbox;
  const [one, other] = [first(), next()];
  const known = (keys: { keyId: string; key: string }[]) => keys.map((key) => ({ teamId: TEAM, ...key }));
  const check = async (good: { keyId: string; key: string }[]) => {
    sandbox = await quickSandbox({ strictAuth: true, apnsKeys: known(good) });
    const gateway = createGateway({ type: 'apns', endpoint: sandbox.gatewayUrl, bundleId: 'com.example.shop', teamId: TEAM, ...one, nextKeyId: other.keyId, nextKey: other.key });
    const result = await gateway.check();
    await gateway.close();
    await sandbox.close();
    return result;
  };

  it('tries each of them', async () => {
    expect(await check([one, other])).toEqual({ ok: true, message: expect.stringMatching(new RegExp(`the key ${one.keyId} .* accepted.*the key ${other.keyId} .* accepted`)) });
  });

  it('says which one is refused', async () => {
    expect(await check([one])).toEqual({ ok: false, message: expect.stringMatching(new RegExp(`the key ${one.keyId} .* accepted.*The key ${other.keyId}: APNs does not accept`)) });
  });
});
