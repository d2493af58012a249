import fc from 'fast-check';
import { aggregateKpis, type KpiEvent, KPI_EVENT_TYPES, type KpiOptions, type KpiRow, parseKpiEvent, RATE_NAMES } from '../../../core/kpi';
import { wilsonInterval } from '../../../core/experiment';
import vectors from '../../vectors/kpi.json';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 2, 9);
const EVENT_FIELDS = ['type', 'campaign', 'recipient', 'at'] as const;

/** Events as they may really come: any type for anybody at any time, with and without ids, platforms and deliveries. */
const event: fc.Arbitrary<KpiEvent> = fc.record({
  type: fc.constantFrom(...KPI_EVENT_TYPES),
  campaign: fc.constantFrom('spring', 'autumn'),
  occurrence: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  arm: fc.constantFrom(null, 'A', 'B', 'control'),
  recipient: fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5'),
  device: fc.option(fc.constantFrom('phone', 'tablet'), { nil: undefined }),
  at: fc.integer({ min: -10, max: 100 }).map((hours) => new Date(START + hours * HOUR).toISOString()),
  platform: fc.option(fc.constantFrom('android' as const, 'ios' as const), { nil: undefined }),
  id: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  reason: fc.constantFrom('held-out', 'no-consent', 'no-device'),
  money: fc.option(fc.record({ value: fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100), currency: fc.constantFrom('EUR', 'USD') })),
}).map(({ device, money, occurrence, platform, id, ...rest }) => ({
  ...rest,
  ...(occurrence !== undefined && { occurrence }),
  ...(platform !== undefined && { platform }),
  ...(id !== undefined && { id }),
  ...(device !== undefined && { delivery: `${rest.campaign}-${occurrence}-${rest.recipient}-${device}` }),
  ...(rest.type === 'converted' && money !== null && money),
}));
const events = fc.array(event, { maxLength: 60 });
const MANY = { numRuns: 500 };

function countsOf(row: KpiRow): Record<string, number> {
  const { people, eligible, sent, accepted, failed, received, opened, clicked, converted, optedOut } = row;
  const plain = { people, eligible, sent, accepted, failed, received: received ?? 0, opened, clicked, converted: converted ?? 0, optedOut };
  const nested = { ...row.deliveries, ...row.ignored, ...row.suppressed };
  const renamed = Object.fromEntries(Object.entries(row.events).map(([type, count]) => [`${type} events`, count]));
  return { ...plain, ...Object.fromEntries(Object.entries(nested).map(([name, count]) => [`of ${name}`, count])), ...renamed };
}

describe('aggregateKpis, by the vectors', () => {
  it.each(vectors.reports)('$name', async ({ events: told, options, expect: expected }) => {
    const report = aggregateKpis(told as KpiEvent[], options as KpiOptions);
    expect(report).toMatchObject(expected);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    async function* stream() {
      yield* told as KpiEvent[];
    }
    await expect(aggregateKpis(stream(), options as KpiOptions)).resolves.toEqual(report);
  });

  it.each(vectors.rejections)('refuses $name', ({ events: told, options, code }) => {
    expect(() => aggregateKpis(told as unknown as KpiEvent[], options as KpiOptions)).toThrow(expect.objectContaining({ code }));
  });
});

describe('aggregateKpis, whatever the events', () => {
  it('counts the same in any order', () => {
    fc.assert(fc.property(events.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), ([list, shuffled]) => {
      expect(aggregateKpis(shuffled)).toEqual(aggregateKpis(list));
    }), MANY);
  });

  it('counts the same when events come again', () => {
    fc.assert(fc.property(events.chain((list) => fc.tuple(fc.constant(list), fc.subarray(list))), ([list, again]) => {
      expect(aggregateKpis([...list, ...again])).toEqual(aggregateKpis(list));
    }), MANY);
  });

  it('has arms that add up to the campaign, in counts and in money', () => {
    fc.assert(fc.property(events, (list) => {
      for (const { total, arms } of aggregateKpis(list).campaigns) {
        if (arms.length === 0) continue;
        const sums: Record<string, number> = {};
        for (const arm of arms) for (const [name, count] of Object.entries(countsOf(arm))) sums[name] = (sums[name] ?? 0) + count;
        expect(sums).toEqual(countsOf(total));
        for (const { currency, total: money } of total.revenue) {
          const parts = arms.map(({ revenue }) => revenue.find((part) => part.currency === currency)?.total ?? 0);
          expect(parts.reduce((sum, part) => sum + Math.round(part * 100), 0)).toBe(Math.round(money * 100));
        }
      }
    }), MANY);
  });

  it('has a waterfall that adds up and rates that follow from their parts', () => {
    fc.assert(fc.property(events, fc.constantFrom('accepted', 'received', 'assigned'), (list, denominator) => {
      for (const { total, arms } of aggregateKpis(list, { denominator: denominator as 'accepted' }).campaigns) {
        for (const row of [total, ...arms]) {
          const suppressed = Object.values(row.suppressed).reduce((sum, people) => sum + people, 0);
          expect(row.accepted + row.failed).toBe(row.sent);
          expect(row.sent + suppressed).toBeLessThanOrEqual(row.people);
          expect(row.deliveries.accepted + row.deliveries.failed).toBe(row.deliveries.attempted);
          expect(row.clicked).toBeLessThanOrEqual(row.opened);
          expect(row.opened).toBeLessThanOrEqual(row.accepted);
          for (const name of RATE_NAMES) {
            const { numerator, denominator: whole, value, low, high } = row.rates[name];
            if (value === null) expect([low, high]).toEqual([null, null]);
            else {
              expect(value).toBe(numerator / whole);
              expect([low, high]).toEqual(wilsonInterval(numerator, whole));
            }
          }
        }
      }
    }), MANY);
  });

  it('sums money exactly: ten thousand times 0.1 is 1000', () => {
    const list: KpiEvent[] = [{ type: 'accepted', campaign: 'c', recipient: 'p', at: '2026-03-02T09:00:00Z' }];
    for (let n = 0; n < 10_000; n++) {
      list.push({ type: 'converted', campaign: 'c', recipient: 'p', at: '2026-03-02T10:00:00Z', id: String(n), value: 0.1, currency: 'EUR' });
    }
    expect(aggregateKpis(list).campaigns[0]?.total.revenue[0]).toMatchObject({ total: 1000, conversions: 10_000, perAccepted: 1000 });
  });

  it.each([[[1e21, 1], 1e21 + 1], [[1e-7, 2e-7], 3e-7], [[-5.5, 5.5], 0], [[1234567.89, 0.001], 1234567.891]])(
    'sums %j to %d', (values, sum) => {
      const at = '2026-03-02T10:00:00Z';
      const list: KpiEvent[] = [{ type: 'accepted', campaign: 'c', recipient: 'p', at }];
      values.forEach((value, n) => list.push({ type: 'converted', campaign: 'c', recipient: 'p', at, id: String(n), value, currency: 'EUR' }));
      expect(aggregateKpis(list).campaigns[0]?.total.revenue[0]?.total).toBe(sum);
    });
});

describe('parseKpiEvent', () => {
  it('says where the bad event stands and which field is wrong', () => {
    expect(() => parseKpiEvent({ type: 'opened', campaign: 'c', recipient: 'p', at: 5 }, 'line 7')).toThrow(expect.objectContaining({
      message: expect.stringContaining('line 7'), hint: expect.stringContaining("'at'"), fields: { field: 'at', place: 'line 7' },
    }));
  });

  it('takes a number for a name and null for a field that is not there', () => {
    const bare = { type: 'opened', campaign: 7, recipient: 12, at: '2026-03-02T10:00:00+01:00' };
    const padded = { ...bare, occurrence: null, delivery: null, value: null, id: '', platform: null, reason: null };
    expect(parseKpiEvent(padded, 'item 1')).toEqual({ ...bare, campaign: '7', recipient: '12', arm: null });
  });

  it('either reads a value or refuses it with a code, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      let code = '';
      try {
        expect(EVENT_FIELDS.every((field) => field in parseKpiEvent(value, 'item 1'))).toBe(true);
      } catch (thrown) {
        ({ code } = thrown as { code: string });
        expect(['event-unreadable', 'unknown-event-type', 'bad-event-field']).toContain(code);
      }
    }));
  });
});
