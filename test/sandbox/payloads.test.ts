/** Every golden payload is taken by the sandbox, which checks as FCM and APNs do. */
import type { ClientHttp2Session } from 'node:http2';
import { compileTemplate } from '../../core';
import type { Sandbox } from '../../sandbox';
import vectors from '../vectors/template.json';
import { apnsHeaders, FCM_HEADERS, quickSandbox, request, session } from './support';

interface Golden { name: string; expect: { fcm?: object; apns?: { payload: object; headers: Record<string, string> } } }
const cases = vectors as unknown as Golden[];
const named = (gateway: 'fcm' | 'apns') => cases.filter(({ expect: wanted }) => wanted[gateway] !== undefined).map((one) => [one.name, one.expect] as const);

describe('the golden payloads', () => {
  let sandbox: Sandbox;
  let connection: ClientHttp2Session;
  beforeAll(async () => {
    sandbox = await quickSandbox();
    connection = session(sandbox.gatewayUrl);
  });
  afterAll(async () => {
    connection.close();
    await sandbox.close();
  });

  it.each(named('fcm'))('FCM takes: %s', async (_, { fcm }) => {
    const { status, text } = await request(connection, FCM_HEADERS, JSON.stringify({ message: { token: 'device-1', ...fcm } }));
    expect([status, text]).toEqual([200, expect.stringContaining('projects/demo/messages/')]);
  });

  /** What the gateway puts behind the bundle id. */
  const ENDS: Record<string, string> = { voip: '.voip', liveactivity: '.push-type.liveactivity' };

  it.each(named('apns'))('APNs takes: %s', async (_, { apns }) => {
    const headers = { ...apns?.headers, 'apns-topic': `com.example.shop${ENDS[apns?.headers['apns-push-type'] ?? ''] ?? ''}` };
    expect(await request(connection, apnsHeaders('ab'.repeat(32), headers), JSON.stringify(apns?.payload))).toMatchObject({ status: 200, text: '' });
  });

  it('to a topic are taken within the budget of a topic, and not beyond it', async () => {
    const write = (fcmTarget: 'topic' | 'device') => compileTemplate({ title: 'T', body: 'mot '.repeat(900) }, { overflow: 'shorten', fcmTarget })({}).fcm;
    const send = async (fcm: object | undefined) => (await request(connection, FCM_HEADERS, JSON.stringify({ message: { topic: 'news', ...fcm } }))).status;
    expect([await send(write('topic')), await send(write('device'))]).toEqual([200, 400]);
  });
});
