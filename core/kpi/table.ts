/** A report as flat rows: for a table, a sheet, a CSV file. */
import { COUNT_NAMES, RATE_NAMES } from './definitions';
import type { KpiReport, KpiRow } from './report';

export type TableCell = string | number | null;

export interface ReportTable {
  /** Keys of the rows, in the order in which to show them. */
  columns: string[];
  /** One a campaign and one an arm; every row has every column. */
  rows: Record<string, TableCell>[];
}

/**
 * The report as rows of a campaign (`level` 'campaign') and of its arms ('arm').
 *
 * A rate has four columns beside its value: `openRateLow`, `openRateHigh`, `openRateNumerator`, `openRateDenominator`.
 * Suppressions have a column in all and one a reason (`suppressed_no-consent`); revenue has three a currency
 * (`revenue_EUR`, `perAccepted_EUR`, `perPerson_EUR`).
 */
export function reportTable(report: KpiReport): ReportTable {
  const levels = report.campaigns.flatMap(({ total, arms }) => [
    { level: 'campaign', row: total },
    ...arms.map((row) => ({ level: 'arm', row })),
  ]);
  const reasons = distinct(levels.flatMap(({ row }) => Object.keys(row.suppressed)));
  const currencies = distinct(levels.flatMap(({ row }) => row.revenue.map(({ currency }) => currency)));
  const columns = [
    'campaign', 'level', 'arm', ...COUNT_NAMES,
    'suppressed', ...reasons.map((reason) => `suppressed_${reason}`),
    'messagesAttempted', 'messagesAccepted', 'messagesFailed',
    ...RATE_NAMES.flatMap((name) => [name, `${name}Low`, `${name}High`, `${name}Numerator`, `${name}Denominator`]),
    ...currencies.flatMap((currency) => [`revenue_${currency}`, `perAccepted_${currency}`, `perPerson_${currency}`]),
  ];
  const rows = levels.map(({ level, row }) => {
    const cells = new Map<string, TableCell>([['level', level], ...cellsOf(row)]);
    // What only other rows have: a reason that stopped nobody here, a currency that another campaign was paid in.
    const missing = (column: string) => (column.startsWith('suppressed_') ? 0 : null);
    return Object.fromEntries(columns.map((column) => [column, cells.get(column) ?? missing(column)]));
  });
  return { columns, rows };
}

function cellsOf(row: KpiRow): [string, TableCell][] {
  return [
    ['campaign', row.campaign],
    ['arm', row.arm],
    ...COUNT_NAMES.map((name): [string, TableCell] => [name, row[name]]),
    ['suppressed', Object.values(row.suppressed).reduce((sum, people) => sum + people, 0)],
    ...Object.entries(row.suppressed).map(([reason, people]): [string, TableCell] => [`suppressed_${reason}`, people]),
    ['messagesAttempted', row.deliveries.attempted],
    ['messagesAccepted', row.deliveries.accepted],
    ['messagesFailed', row.deliveries.failed],
    ...RATE_NAMES.flatMap((name): [string, TableCell][] => {
      const { value, low, high, numerator, denominator } = row.rates[name];
      return [
        [name, value], [`${name}Low`, low], [`${name}High`, high],
        [`${name}Numerator`, numerator], [`${name}Denominator`, denominator],
      ];
    }),
    ...row.revenue.flatMap(({ currency, total, perAccepted, perPerson }): [string, TableCell][] => [
      [`revenue_${currency}`, total], [`perAccepted_${currency}`, perAccepted], [`perPerson_${currency}`, perPerson],
    ]),
  ];
}

function distinct(names: string[]): string[] {
  return [...new Set(names)].sort();
}
