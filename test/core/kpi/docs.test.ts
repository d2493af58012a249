import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aggregateKpis, KPI_DEFINITIONS, KPI_EVENT_TYPES, KPI_NOTES, type KpiEvent } from '../../../core/kpi';
import vectors from '../../vectors/kpi.json';

const page = readFileSync(join(__dirname, '../../../docs/kpis.md'), 'utf8');

describe('docs/kpis.md', () => {
  it.each(KPI_DEFINITIONS)('explains $name in the words of the code', ({ name, meaning, numerator, denominator, formula }) => {
    expect(page).toContain(`\n| \`${name}\` | ${meaning} | ${numerator} | ${denominator} | ${formula} |\n`);
  });

  it.each(Object.entries(KPI_NOTES))('explains the note %s', (note, sentence) => {
    expect(page).toContain(`\n| \`${note}\` | ${sentence} |\n`);
  });

  it.each([...KPI_EVENT_TYPES, ...new Set(vectors.rejections.map(({ code }) => code))])('names %s', (word) => {
    expect(page).toContain(`\`${word}\``);
  });

  it('leaves out no figure of a row of the report', () => {
    const report = aggregateKpis(vectors.reports[0]?.events as KpiEvent[]);
    const { campaign, arm, rates, ...figures } = report.campaigns[0]?.total ?? ({} as never);
    expect([campaign, arm]).toEqual(['spring', null]);
    const defined = KPI_DEFINITIONS.map(({ name }) => name);
    expect(defined).toEqual(expect.arrayContaining([...Object.keys(figures), ...Object.keys(rates)]));
    expect(defined).toEqual(expect.arrayContaining(Object.keys(figures.revenue[0] ?? {}).filter((key) => key.startsWith('per'))));
  });
});
