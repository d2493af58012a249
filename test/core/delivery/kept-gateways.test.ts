import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FcmGatewayOptions } from '../../../core/delivery';
import { createGateway } from '../../../core/delivery/create-gateway';
import { KeptGateways } from '../../../core/delivery/kept-gateways';
import { startSandbox } from '../../../sandbox';
import { FakeVendor, fcmOk } from './fake-vendor';
import { countBy, message, messages, newApnsKey, QUICK_SURROUNDINGS, sendAll } from './support';

const vendors: FakeVendor[] = [];
const listen = async (port = 0): Promise<FakeVendor> => {
  const vendor = await FakeVendor.listen(() => fcmOk, {}, undefined, port);
  vendors.push(vendor);
  return vendor;
};
afterEach(() => Promise.all(vendors.splice(0).map((vendor) => vendor.close())));

const quick = (options: Parameters<typeof createGateway>[0]) => createGateway(options, QUICK_SURROUNDINGS);
const fcm = (endpoint: string, accessToken = 'sandbox'): FcmGatewayOptions => ({ type: 'fcm', endpoint, projectId: 'demo', accessToken });
const sendOne = (kept: KeptGateways, options: FcmGatewayOptions) =>
  kept.use([options], async ({ fcm: gateway }) => (gateway === undefined ? [] : sendAll(gateway, [message(1)])));

describe('gateways that outlive a run', () => {
  it('one run after the other uses the same connection, where the credential is the same', async () => {
    const vendor = await listen();
    const kept = new KeptGateways(quick);
    for (let run = 0; run < 3; run++) expect(countBy(await sendOne(kept, { ...fcm(vendor.origin) }), 'outcome')).toEqual({ accepted: 1 });
    expect(vendor.connections).toBe(1);
    // The order in which a host lists the fields, and fields without a value, say nothing.
    await sendOne(kept, { accessToken: 'sandbox', projectId: 'demo', ca: undefined, endpoint: vendor.origin, type: 'fcm' });
    expect(vendor.connections).toBe(1);
  });

  it('a credential that was changed signs in anew', async () => {
    const vendor = await listen();
    const kept = new KeptGateways(quick);
    await sendOne(kept, fcm(vendor.origin, 'before'));
    await sendOne(kept, fcm(vendor.origin, 'after'));
    expect(vendor.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer before', 'Bearer after']);
    expect(vendor.connections).toBe(2);
  });

  it('the access token is fetched once for all runs', async () => {
    const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, strictAuth: true });
    const kept = new KeptGateways(quick);
    const options: FcmGatewayOptions = { type: 'fcm', endpoint: sandbox.gatewayUrl, serviceAccount: sandbox.serviceAccount() as never };
    for (let run = 0; run < 3; run++) expect(countBy(await sendOne(kept, options), 'outcome')).toEqual({ accepted: 1 });
    expect(sandbox.signIns('fcm')).toBe(1);
    await sandbox.close();
  });

  it('both gateways of a run, and none where there is no credential', async () => {
    const kept = new KeptGateways(quick);
    const apns = { type: 'apns', bundleId: 'com.example.shop', teamId: 'TEAM123456', keyId: 'KEY1234567', key: newApnsKey() } as const;
    expect(await kept.use([fcm('http://127.0.0.1:1'), apns], async (gateways) => Object.keys(gateways))).toEqual(['fcm', 'apns']);
    expect(await kept.use([], async (gateways) => gateways)).toEqual({});
  });

  it('a wrong credential is refused, and what the work throws is thrown', async () => {
    const kept = new KeptGateways(quick);
    await expect(kept.use([fcm('http://127.0.0.1:1'), { type: 'apns', bundleId: '' }], async () => 1)).rejects.toMatchObject({ code: 'bundle-id-malformed' });
    await expect(kept.use([fcm('http://127.0.0.1:1')], () => Promise.reject(new Error('of the work')))).rejects.toThrow('of the work');
  });

  it('is closed when nobody used it for long, but not while a run is under way', async () => {
    const vendor = await listen();
    const kept = new KeptGateways(quick, 50);
    await kept.use([fcm(vendor.origin)], async ({ fcm: gateway }) => {
      await sendOne(kept, fcm(vendor.origin));
      await new Promise((done) => setTimeout(done, 150));
      expect(vendor.open).toBe(1);
      return gateway;
    });
    await new Promise((done) => setTimeout(done, 150));
    expect(vendor.open).toBe(0);
    await sendOne(kept, fcm(vendor.origin));
    expect(vendor.connections).toBe(2);
  });

  it('what an earlier run could not reach gets all its attempts in the next one', async () => {
    const gone = await FakeVendor.listen(() => fcmOk);
    const endpoint = gone.origin;
    await gone.close();
    const kept = new KeptGateways(quick);
    expect(countBy(await sendOne(kept, fcm(endpoint)), 'code')).toEqual({ 'connection-refused': 1 });
    // It comes back after the first of the next run's attempts.
    const back = new Promise((done) => setTimeout(() => void listen(Number(new URL(endpoint).port)).then(done), 60));
    const results = await kept.use([fcm(endpoint)], async ({ fcm: gateway }) =>
      (gateway === undefined ? [] : sendAll(gateway, messages(1), { attempts: 4, backoffMs: 100 })));
    await back;
    expect(countBy(results, 'outcome')).toEqual({ accepted: 1 });
  });

  it('lets the process end by itself, though a connection and the gateway are still there', async () => {
    const vendor = await listen();
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'ends-by-itself.js'), vendor.origin, 'kept'], { timeout: 20_000 });
    expect(stdout.trim()).toBe('200 accepted\n200 accepted');
    expect(vendor.connections).toBeLessThanOrEqual(4);
  }, 25_000);
});
