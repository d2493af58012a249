/** A report as text for a terminal. */
import { COUNT_NAMES, RATE_NAMES } from './definitions';
import type { CampaignKpis, KpiReport, KpiRow, Rate } from './report';
import { reportWords, type ReportWords } from './words';

/**
 * The report in columns of equal letters: counts, then each rate with its interval and its parts
 * (`31.2 % [28.1, 34.5] 250/801`), revenue, and what was left out. `n/m` stands for 'not measurable'.
 */
export function formatReport(report: KpiReport, { language }: { language?: string } = {}): string {
  const words = reportWords(language);
  if (report.campaigns.length === 0) return `${words.empty}\n`;
  return report.campaigns.map((campaign) => formatCampaign(campaign, report, words)).join('\n');
}

function formatCampaign({ campaign, total, arms, peopleInSeveralArms }: CampaignKpis, report: KpiReport, words: ReportWords): string {
  const rows = [{ name: words.total, row: total }, ...arms.map((row) => ({ name: row.arm ?? words.noArm, row }))];
  const counts = align([
    ['', ...COUNT_NAMES.map(words.label)],
    ...rows.map(({ name, row }) => [name, ...COUNT_NAMES.map((count) => String(row[count] ?? words.notMeasurable))]),
  ]);
  const rates = align(
    RATE_NAMES.flatMap((rate) =>
      rows.map(({ name, row }, index) => [index === 0 ? words.label(rate) : '', name, ...formatRate(row.rates[rate], words)]),
    ),
    'llrrrl',
  );
  const confidence = `${words.number(short(report.confidence * 100))} %`;
  const lines = [
    `${words.campaign} ${campaign}`,
    ...counts,
    '',
    words.basis(report.denominator, confidence, report.attributionWindowHours),
    ...rates,
    ...section(words.revenue, align(rows.flatMap(({ name, row }) => revenueLines(name, row, words)))),
    ...section(words.notSentTo, align(rows.flatMap(({ name, row }) => suppressedLines(name, row, words)), 'lrl')),
    ...section(words.leftOut, leftOut(total, peopleInSeveralArms, words)),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function formatRate({ value, low, high, numerator, denominator, note, platforms }: Rate, words: ReportWords): string[] {
  const why = note === undefined ? '' : `${words.note(note)}${platforms === undefined ? '' : `: ${platforms.join(', ')}`}`;
  if (value === null || low === null || high === null) return [note === undefined ? '-' : words.notMeasurable, '', '', why];
  const percent = (share: number) => words.number((share * 100).toFixed(1));
  return [`${percent(value)} %`, `[${percent(low)}${words.listMark} ${percent(high)}]`, `${numerator}/${denominator}`, why];
}

function revenueLines(name: string, { revenue }: KpiRow, words: ReportWords): string[][] {
  return revenue.filter(({ conversions }) => conversions > 0).map(({ currency, total, conversions, perAccepted }) => [
    name,
    `${words.number(String(total))} ${currency}`,
    words.conversionCount(conversions),
    perAccepted === null ? '' : `${words.number(short(perAccepted))} ${currency} ${words.perAccepted}`,
  ]);
}

function suppressedLines(name: string, { suppressed }: KpiRow, words: ReportWords): string[][] {
  return Object.entries(suppressed).map(([reason, people]) => [name, String(people), words.reason(reason)]);
}

function leftOut({ ignored }: KpiRow, peopleInSeveralArms: number, words: ReportWords): string[] {
  return [
    ignored.beforeSend > 0 ? words.beforeSend(ignored.beforeSend) : [],
    ignored.afterWindow > 0 ? words.afterWindow(ignored.afterWindow) : [],
    ignored.notSent > 0 ? words.notSent(ignored.notSent) : [],
    peopleInSeveralArms > 0 ? words.severalArms(peopleInSeveralArms) : [],
  ].flat();
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

/** At most four decimals. */
function short(value: number): string {
  return String(Number(value.toFixed(4)));
}
