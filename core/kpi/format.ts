/** A report as text for a terminal. */
import { COUNT_NAMES, kpiLabel, KPI_NOTES, RATE_NAMES } from './definitions';
import type { CampaignKpis, KpiReport, KpiRow, Rate } from './report';

const UNKNOWN = 'n/m';

/**
 * The report in columns of equal letters: counts, then each rate with its interval and its parts
 * (`31.2 % [28.1, 34.5] 250/801`), revenue, and what was left out. `n/m` stands for 'not measurable'.
 */
export function formatReport(report: KpiReport): string {
  if (report.campaigns.length === 0) return 'No events: there is nothing to report yet.\n';
  return report.campaigns.map((campaign) => formatCampaign(campaign, report)).join('\n');
}

function formatCampaign({ campaign, total, arms, peopleInSeveralArms }: CampaignKpis, report: KpiReport): string {
  const rows = [{ name: 'total', row: total }, ...arms.map((row) => ({ name: row.arm ?? '(no arm)', row }))];
  const counts = align([
    ['', ...COUNT_NAMES.map(kpiLabel)],
    ...rows.map(({ name, row }) => [name, ...COUNT_NAMES.map((count) => String(row[count] ?? UNKNOWN))]),
  ]);
  const rates = align(
    RATE_NAMES.flatMap((rate) =>
      rows.map(({ name, row }, index) => [index === 0 ? kpiLabel(rate) : '', name, ...formatRate(row.rates[rate])]),
    ),
    'llrrrl',
  );
  const confidence = `${number(report.confidence * 100, 4)} % intervals`;
  const window = `${report.attributionWindowHours} h`;
  const lines = [
    `Campaign ${campaign}`,
    ...counts,
    '',
    `Rates with ${confidence}, against people ${report.denominator}; conversions and opt-outs within ${window}`,
    ...rates,
    ...section('Revenue', align(rows.flatMap(({ name, row }) => revenueLines(name, row)))),
    ...section('Suppressed', align(rows.flatMap(({ name, row }) => suppressedLines(name, row)), 'lrl')),
    ...section('Left out', leftOut(total, peopleInSeveralArms)),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function formatRate({ value, low, high, numerator, denominator, note, platforms }: Rate): string[] {
  const why = note === undefined ? '' : `${KPI_NOTES[note]}${platforms === undefined ? '' : `: ${platforms.join(', ')}`}`;
  if (value === null || low === null || high === null) return [note === undefined ? '-' : UNKNOWN, '', '', why];
  return [`${percent(value)} %`, `[${percent(low)}, ${percent(high)}]`, `${numerator}/${denominator}`, why];
}

function revenueLines(name: string, { revenue }: KpiRow): string[][] {
  return revenue.filter(({ conversions }) => conversions > 0).map(({ currency, total, conversions, perAccepted }) => [
    name,
    `${total} ${currency}`,
    `${conversions} conversion${conversions === 1 ? '' : 's'}`,
    perAccepted === null ? '' : `${number(perAccepted, 4)} ${currency} per accepted`,
  ]);
}

function suppressedLines(name: string, { suppressed }: KpiRow): string[][] {
  return Object.entries(suppressed).map(([reason, people]) => [name, String(people), reason]);
}

function leftOut({ ignored }: KpiRow, peopleInSeveralArms: number): string[] {
  const all: [number, string][] = [
    [ignored.beforeSend, 'events before the send'],
    [ignored.afterWindow, 'events after the attribution window'],
    [ignored.notSent, 'events of people to whom nothing was sent'],
    [peopleInSeveralArms, 'people were seen in more than one arm and count in their first'],
  ];
  return all.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** Cells in columns; `sides` says a column whether to the left ('l') or, as numbers read best, to the right ('r'). */
function align(rows: string[][], sides = 'l'): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return sides[column] === 'l' ? cell.padEnd(width) : cell.padStart(width);
    }).join('  '),
  );
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function number(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}
