import type { Sandbox, SandboxOptions } from '../../sandbox';
import { byType, FCM_HEADERS, fcmBody, quickSandbox, request, session, webhook, type Webhook } from './support';

/** A push of a campaign; what tells its person is the device token alone. */
function push(person: number, eventsUrl: string, { link = 'https://shop.example', title = 'Sale' } = {}): string {
  return fcmBody({ token: `person-${person}`, notification: { title, body: 'Today' }, data: { eventsUrl, deliveryToken: `delivery-${person}.${Math.random()}`, link } });
}

async function send(sandbox: Sandbox, bodies: readonly string[]): Promise<void> {
  const open = session(sandbox.gatewayUrl);
  await Promise.all(bodies.map((body) => request(open, FCM_HEADERS, body)));
  open.destroy();
}

const EVERYONE = { receive: 1, open: 1, click: 1, convert: 1, optOut: 1 };

describe('virtual phones', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  const start = async (options: SandboxOptions = {}): Promise<Sandbox> => {
    const sandbox = await quickSandbox(options);
    ends.push(() => sandbox.close());
    return sandbox;
  };
  const listen = async (answer?: Parameters<typeof webhook>[0]): Promise<Webhook> => {
    const hook = await webhook(answer);
    ends.push(() => hook.close());
    return hook;
  };

  it('tell the webhook everything that their person does, in the order of a person', async () => {
    const [sandbox, hook] = [await start({ behaviour: { ...EVERYONE, value: [10, 20] } }), await listen()];
    await send(sandbox, [push(1, hook.url)]);
    await sandbox.idle();
    expect(hook.events.map(({ type }) => type)).toEqual(['received', 'opened', 'clicked', 'converted', 'unsubscribed']);
    expect(hook.events.every(({ token }) => token?.startsWith('delivery-1.'))).toBe(true);
    const { value = 0, currency, id } = hook.events.find(({ type }) => type === 'converted') ?? {};
    expect([currency, id, value >= 10 && value <= 20]).toEqual(['EUR', 'order', true]);
  });

  it('do the same in every run with the same seed, in any order and under any address', async () => {
    const totals = async (seed: number, order: (people: number[]) => number[]) => {
      const [sandbox, hook] = [await start({ seed }), await listen()];
      await send(sandbox, order(Array.from({ length: 600 }, (_, person) => person)).map((person) => push(person, hook.url)));
      await sandbox.idle();
      return byType(hook.events);
    };
    const first = await totals(7, (people) => people);
    expect(await totals(7, (people) => people.toReversed())).toEqual(first);
    expect(await totals(8, (people) => people)).not.toEqual(first);
  });

  it('open a title that asks more often than one that tells', async () => {
    const opened = async (title: string) => {
      const [sandbox, hook] = [await start({ behaviour: { receive: 1, open: 0.3, livelyTitle: 2 } }), await listen()];
      await send(sandbox, Array.from({ length: 600 }, (_, person) => push(person, hook.url, { title })));
      await sandbox.idle();
      return (byType(hook.events)['opened'] ?? 0) / 600;
    };
    expect(await opened('Sale')).toBeCloseTo(0.3, 1);
    expect(await opened('Sale?')).toBeCloseTo(0.6, 1);
    expect(await opened('Sale 🍂')).toBeCloseTo(0.6, 1);
  });

  it('tell their events in batches of at most 200', async () => {
    const [sandbox, hook] = [await start({ behaviour: { receive: 1, open: 0, optOut: 0 } }), await listen()];
    await send(sandbox, Array.from({ length: 450 }, (_, person) => push(person, hook.url)));
    await sandbox.idle();
    expect(hook.events).toHaveLength(450);
    expect(hook.posts.length).toBeLessThan(20);
    expect(Math.max(...hook.posts)).toBeLessThanOrEqual(200);
  });

  it.each([503, 429, 404])('try again after a %d', async (status) => {
    const [sandbox, hook] = [await start({ behaviour: { receive: 1, open: 0, optOut: 0 } }), await listen((_method, nth) => (nth === 1 ? status : 202))];
    await send(sandbox, [push(1, hook.url)]);
    await sandbox.idle();
    expect(byType(hook.events)).toEqual({ received: 1 });
  });

  it('follow a counted link without going on to its target', async () => {
    const [sandbox, hook] = [await start({ behaviour: { receive: 1, open: 1, click: 1, convert: 0, optOut: 0 } }), await listen()];
    await send(sandbox, [push(1, hook.url, { link: `${hook.url}?t=1&u=2&s=3` })]);
    await sandbox.idle();
    expect(hook.links).toEqual(['/push-events?t=1&u=2&s=3']);
    expect(byType(hook.events)).toEqual({ received: 1, opened: 1 });
  });

  it('tell nothing to an address that is not of this machine, unless they may', async () => {
    const reached: string[] = [];
    const real = globalThis.fetch;
    globalThis.fetch = (input) => {
      reached.push(new URL(input as string).hostname);
      return Promise.resolve(new Response(null, { status: 202 }));
    };
    ends.push(async () => void (globalThis.fetch = real));
    const pushes = ['https://shop.example/e', 'http://127.0.0.1.shop.example/e', 'http://localhost.shop.example/e', 'file:///etc/passwd', 'nonsense', 'http://127.0.0.1:9/e'].map((url, person) => push(person, url));
    for (const [eventsAnywhere, hosts] of [[false, ['127.0.0.1']], [true, ['127.0.0.1', '127.0.0.1.shop.example', 'localhost.shop.example', 'shop.example']]] as const) {
      const sandbox = await start({ behaviour: { receive: 1, open: 0, optOut: 0 }, eventsAnywhere });
      await send(sandbox, pushes);
      await sandbox.idle();
      expect([...new Set(reached.splice(0))].sort()).toEqual(hosts);
    }
  });

  it('tell what a hand does on the page: a tap, nothing for a swipe, an opt-out', async () => {
    const [sandbox, hook] = [await start({ behaviour: { receive: 0 } }), await listen()];
    await send(sandbox, [push(1, hook.url)]);
    const id = sandbox.messages()[0]?.id ?? '';
    const act = async (deed: string) => (await fetch(`${sandbox.pageUrl}/api/phones/${id}/${deed}`, { method: 'POST' })).status;
    expect([await act('tap'), await act('dismiss'), await act('opt-out'), await act('toString'), await act('shake')]).toEqual([200, 200, 200, 404, 404]);
    await sandbox.idle();
    expect(byType(hook.events)).toEqual({ opened: 1, clicked: 1, unsubscribed: 1 });
  });

  it('show on the page neither device token nor delivery token', async () => {
    const sandbox = await start();
    await send(sandbox, [push(123456, 'http://127.0.0.1:9/e')]);
    const page = await (await fetch(`${sandbox.pageUrl}/api/messages`)).text();
    expect(page).toContain('…123456');
    expect(page).not.toContain('person-123456');
    expect(page).not.toContain('delivery-123456');
  });
});
