/** A report as one page that stands alone: no script, no address, readable in light and dark, printable. */
import { COUNT_NAMES, RATE_NAMES } from './definitions';
import type { CampaignKpis, KpiReport, KpiRow, Rate } from './report';
import { reportWords, type ReportWords } from './words';

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#dfe3e8, #3a4047); --soft: light-dark(#f5f7f9, #23282e); --bar: light-dark(#2f6fde, #6ea2ff); --faint: light-dark(#5c6773, #a0abb7); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: light-dark(#fff, #191d21); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
thead th::first-letter, tr.total th::first-letter { text-transform: uppercase; }
thead th { font-weight: 600; color: var(--faint); } tbody th { font-weight: 600; } tr.total { background: var(--soft); }
small { color: var(--faint); display: block; }
.interval { position: relative; height: 4px; margin-top: .3rem; background: var(--soft); border-radius: 2px; min-width: 6rem; }
.interval i { position: absolute; top: 0; bottom: 0; min-width: 3px; background: var(--bar); border-radius: 2px; }
.scroll { overflow-x: auto; }
footer { margin: 2rem 0; color: var(--faint); }`;

/** The report as an HTML document. Every text of a campaign is escaped. */
export function renderReport(report: KpiReport, { language = 'en' }: { language?: string } = {}): string {
  const words = reportWords(language);
  const campaigns = report.campaigns.map((campaign) => section(campaign, words)).join('');
  const confidence = `${words.number(String(Number((report.confidence * 100).toFixed(4))))} %`;
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${words.title}</title><style>${STYLE}</style></head><body>
${campaigns === '' ? `<h1>${words.title}</h1><p>${words.empty}</p>` : campaigns}
<footer>${words.basis(report.denominator, confidence, report.attributionWindowHours)}. ${words.caution}</footer>
</body></html>
`;
}

function section({ campaign, total, arms, peopleInSeveralArms }: CampaignKpis, words: ReportWords): string {
  const rows = [{ name: words.total, row: total }, ...arms.map((row) => ({ name: row.arm ?? words.noArm, row }))];
  const reasons = reasonsOf(rows.map(({ row }) => row));
  const most = new Map(RATE_NAMES.map((name) => [name, Math.max(...rows.map(({ row }) => row.rates[name].high ?? 0), 1e-9)]));
  const table = (title: string, columns: readonly string[], cells: (row: KpiRow) => string[]): string => {
    if (columns.length === 0) return '';
    const body = rows.map(({ name, row }, index) =>
      `<tr${index === 0 ? ' class="total"' : ''}><th>${escape(name)}</th>${cells(row).map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
    return `<h2>${escape(title)}</h2><div class="scroll"><table><thead><tr>${[words.arm, ...columns].map((name) => `<th>${escape(name)}</th>`).join('')}</tr></thead>
<tbody>${body}</tbody></table></div>`;
  };
  return `<h1>${escape(campaign)}</h1>${peopleInSeveralArms > 0 ? `<p>${words.severalArms(peopleInSeveralArms)}</p>` : ''}
${table(words.people, COUNT_NAMES.map(words.label), (row) => COUNT_NAMES.map((name) => count(row[name])))}
${table(words.rates, RATE_NAMES.map(words.label), (row) => RATE_NAMES.map((name) => rate(row.rates[name], most.get(name) ?? 1, words)))}
${table(words.revenue, [words.revenue, words.conversions, words.perAccepted], (row) => revenue(row, words))}
${table(words.notSentTo, reasons.map(words.reason), (row) => reasons.map((reason) => count(row.suppressed[reason] ?? 0)))}`;
}

/** The rate, its interval as a bar on the scale of its column, and its two parts. */
function rate({ value, low, high, numerator, denominator, note }: Rate, most: number, words: ReportWords): string {
  const why = note === undefined ? '' : `<small>${escape(words.note(note))}</small>`;
  if (value === null || low === null || high === null) return `–${why}`;
  const at = (share: number) => `${((share / most) * 100).toFixed(1)}%`;
  const percent = (share: number) => words.number((share * 100).toFixed(1));
  return `${percent(value)} %<small>${words.range(percent(low), percent(high))}</small><small>${words.part(numerator, denominator)}</small>` +
    `<div class="interval"><i style="left:${at(low)};width:${at(high - low)}"></i></div>${why}`;
}

function revenue({ revenue: list }: KpiRow, words: ReportWords): string[] {
  if (list.length === 0) return ['–', '–', '–'];
  return [
    list.map(({ total, currency }) => `${words.number(String(total))} ${escape(currency)}`).join('<br>'),
    list.map(({ conversions }) => String(conversions)).join('<br>'),
    list.map(({ perAccepted, currency }) => (perAccepted === null ? '–' : `${words.number(perAccepted.toFixed(2))} ${escape(currency)}`)).join('<br>'),
  ];
}

function reasonsOf(rows: readonly KpiRow[]): string[] {
  return [...new Set(rows.flatMap(({ suppressed }) => Object.keys(suppressed)))].sort();
}

function count(value: number | null): string {
  return value === null ? '–' : String(value);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
