import { aggregateKpis, formatReport, type KpiEvent, RATE_NAMES, reportTable } from '../../../core/kpi';
import vectors from '../../vectors/kpi.json';

const whole = vectors.reports[0]?.events as KpiEvent[];

describe('reportTable', () => {
  const { columns, rows } = reportTable(aggregateKpis(whole));

  it('has a row for the campaign and one for each arm', () => {
    expect(rows.map(({ campaign, level, arm }) => [campaign, level, arm])).toEqual([
      ['spring', 'campaign', null], ['spring', 'arm', 'A'], ['spring', 'arm', 'B'], ['spring', 'arm', 'control'],
    ]);
  });

  it('has every column in every row, in the same order, as a plain value', () => {
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(columns);
      for (const cell of Object.values(row)) expect(cell === null || ['string', 'number'].includes(typeof cell)).toBe(true);
    }
  });

  it('gives each rate with its interval and its parts', () => {
    for (const name of RATE_NAMES) {
      expect(columns).toEqual(expect.arrayContaining([name, `${name}Low`, `${name}High`, `${name}Numerator`, `${name}Denominator`]));
    }
    expect(rows[0]).toMatchObject({ openRate: 3 / 7, openRateNumerator: 3, openRateDenominator: 7 });
  });

  it('shows 0 for a reason that stopped nobody in a row, and what a currency brought', () => {
    expect(rows.map((row) => row['suppressed_no-device'])).toEqual([1, 0, 1, 0]);
    expect(rows.map((row) => row['revenue_EUR'])).toEqual([20.29, 20.29, 0, 0]);
  });

  it('has the columns and no rows where there are no events', () => {
    const empty = reportTable(aggregateKpis([]));
    expect(empty.rows).toEqual([]);
    expect(empty.columns).toContain('openRate');
  });
});

describe('formatReport', () => {
  const text = formatReport(aggregateKpis(whole));

  it('shows a rate with its interval and its parts', () => {
    const eight = Array.from({ length: 801 }, (_, n): KpiEvent[] => [
      { type: 'accepted', campaign: 'c', recipient: `p${n}`, at: '2026-03-02T09:00:00Z' },
      ...(n < 250 ? [{ type: 'opened' as const, campaign: 'c', recipient: `p${n}`, at: '2026-03-02T09:01:00Z' }] : []),
    ]).flat();
    expect(formatReport(aggregateKpis(eight))).toMatch(/open rate +total +31\.2 % +\[28\.1, 34\.5\] +250\/801\n/);
  });

  it('reads as a page of a terminal', () => {
    expect(text).toBe(`\
Campaign spring
         people  eligible  sent  accepted  failed  received  opened  clicked  converted  opted out
total        14        10     8         7       1         5       3        2          3          1
A             6         5     5         4       1         3       2        1          2          0
B             5         3     3         3       0         2       1        1          1          1
control       3         2     0         0       0         0       0        0        n/m          0

Rates with 95 % intervals (Wilson), against people accepted; conversions and opt-outs within 72 h
accept rate      total     87.5 %   [52.9, 97.8]  7/8
                 A         80.0 %   [37.6, 96.4]  4/5
                 B        100.0 %  [43.9, 100.0]  3/3
                 control        -
receipt rate     total     71.4 %   [35.9, 91.8]  5/7
                 A         75.0 %   [30.1, 95.4]  3/4
                 B         66.7 %   [20.8, 93.9]  2/3
                 control        -
open rate        total     42.9 %   [15.8, 75.0]  3/7
                 A         50.0 %   [15.0, 85.0]  2/4
                 B         33.3 %    [6.1, 79.2]  1/3
                 control        -
click rate       total     28.6 %    [8.2, 64.1]  2/7
                 A         25.0 %    [4.6, 69.9]  1/4
                 B         33.3 %    [6.1, 79.2]  1/3
                 control        -
click-to-open    total     66.7 %   [20.8, 93.9]  2/3
                 A         50.0 %    [9.5, 90.5]  1/2
                 B        100.0 %  [20.7, 100.0]  1/1
                 control        -
conversion rate  total     42.9 %   [15.8, 75.0]  3/7
                 A         50.0 %   [15.0, 85.0]  2/4
                 B         33.3 %    [6.1, 79.2]  1/3
                 control      n/m                      not measurable: no event tells
opt-out rate     total     14.3 %    [2.6, 51.3]  1/7
                 A          0.0 %    [0.0, 49.0]  0/4
                 B         33.3 %    [6.1, 79.2]  1/3
                 control        -

Revenue
  total  20.29 EUR  3 conversions  2.8986 EUR per accepted
  total      5 USD   1 conversion  0.7143 USD per accepted
  A      20.29 EUR  3 conversions  5.0725 EUR per accepted
  B          5 USD   1 conversion  1.6667 USD per accepted

Not sent to, by reason
  total    2  held out
  total    3  no consent
  total    1  no device
  A        1  no consent
  B        1  no consent
  B        1  no device
  control  2  held out
  control  1  no consent
`);
  });

  it('tells which events were left out, and on which platforms a rate was measured', () => {
    const at = '2026-03-02T09:00:00Z';
    const one = { campaign: 'c', recipient: 'p', at } as const;
    const lines = formatReport(aggregateKpis([
      { ...one, type: 'accepted', delivery: '1', platform: 'ios' },
      { ...one, type: 'accepted', delivery: '2', platform: 'android' },
      { ...one, type: 'received', delivery: '2', platform: 'android' },
      { ...one, type: 'opened', recipient: 'stranger' },
      { ...one, type: 'converted', at: '2026-03-09T09:00:00Z' },
    ]));
    expect(lines).toContain('measured on some platforms only: android');
    expect(lines).toContain('Left out\n  1 event after the attribution window\n  1 event of people to whom nothing was sent\n');
  });

  it('reads in French too, decimal commas included', () => {
    const french = formatReport(aggregateKpis(whole), { language: 'fr' });
    expect(french).toContain('Campagne spring\n');
    expect(french).toMatch(/taux d’ouverture +total +42,9 % +\[15,8 ; 75,0\] +3\/7\n/);
    expect(french).toContain('20,29 EUR  3 conversions  2,8986 EUR par accepté\n');
    expect(french).toMatch(/témoin|groupe témoin/);
    expect(french).not.toMatch(/people|opt-out|rate|consent\b/);
  });

  it('says that there is nothing to report', () => {
    expect(formatReport(aggregateKpis([]))).toBe('No events: there is nothing to report yet.\n');
  });
});
