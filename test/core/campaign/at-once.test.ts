/** Two campaigns that run at the same time and write to the same people: caps and gaps hold for both together. */
import { sendCampaign, type CampaignOptions, type SendResult } from '../../../core/campaign';
import type { Store } from '../../../core/store';
import { DATABASES, freshStore } from '../store/databases';
import { collect, FakeGateway, NOW } from '../support';

jest.setTimeout(30_000);

const HOUR = 3_600_000;
const PEOPLE = Array.from({ length: 40 }, (_, index) => ({ id: `p${index}`, token: `token-${index}` }));

/** Each leases only when both have judged their people: neither saw then what the other was about to send. */
function judgeBeforeEither(store: Store, campaigns: number): void {
  const lease = store.lease.bind(store);
  let judged = 0;
  let open: () => void;
  const all = new Promise<void>((resolve) => (open = resolve));
  jest.spyOn(store, 'lease').mockImplementation(async (...order) => {
    if (++judged === campaigns) open();
    await all;
    return lease(...order);
  });
}

describe.each(DATABASES.map((database) => [database.name, database] as const))('two campaigns at once, their store in %s', (_, database) => {
  let store: Store;
  let end: () => Promise<void>;
  let fcm: FakeGateway;
  let now: Date;
  beforeEach(async () => {
    ({ store, end } = await freshStore(database));
    fcm = new FakeGateway();
    now = NOW;
  });
  afterEach(() => end());

  const send = (campaign: string, policies: CampaignOptions['policies'], people = PEOPLE) =>
    collect(sendCampaign(people, { campaign, store, gateways: { fcm }, template: { template: { title: 'T' } }, now: () => now, ...(policies && { policies }) }));
  const fatesOf = (results: readonly SendResult[]) => {
    const fates: Record<string, string[]> = {};
    for (const { recipient = '', output, reason } of results) (fates[recipient] ??= []).push(reason === undefined ? output : `${output} ${reason}`);
    return [...new Set(Object.values(fates).map((both) => both.toSorted().join(', ')))];
  };
  const both = async (policies: CampaignOptions['policies']) => {
    judgeBeforeEither(store, 2);
    const results = (await Promise.all([send('sale', policies), send('news', policies)])).flat();
    jest.restoreAllMocks();
    return results;
  };

  it.each<[string, CampaignOptions['policies'], string]>([
    ['a cap', { caps: [{ most: 1, hours: 24 }] }, 'sent, suppressed frequency-cap'],
    ['a gap', { gap: { minutes: 60 } }, 'sent, suppressed minimum-gap'],
  ])('do not break %s together', async (_name, policies, fates) => {
    expect(fatesOf(await both(policies))).toEqual([fates]);
    expect(fcm.messages).toHaveLength(PEOPLE.length);
  });

  it('do not break a gap together that is held until it is over: whom the second one held gets it then', async () => {
    const policies = { gap: { minutes: 60, then: 'hold' } } as const;
    const results = await both(policies);
    expect(fatesOf(results)).toEqual(['held minimum-gap, sent']);
    const until = new Date(NOW.getTime() + HOUR);
    expect(new Set(results.filter(({ output }) => output === 'held').map(({ item }) => (item['push'] as { until: string }).until))).toEqual(new Set([until.toISOString()]));
    now = until;
    const later = (await Promise.all([send('sale', policies, []), send('news', policies, [])])).flat();
    expect(later.map(({ output }) => output)).toEqual(PEOPLE.map(() => 'sent'));
    expect(fcm.messages).toHaveLength(2 * PEOPLE.length);
  });
});
