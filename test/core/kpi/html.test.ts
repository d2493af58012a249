import { SUPPRESSION_REASONS } from '../../../core/campaign';
import { aggregateKpis, RATE_NAMES, renderReport, type KpiEvent } from '../../../core/kpi';
import { COUNT_NAMES } from '../../../core/kpi/definitions';
import { reportWords } from '../../../core/kpi/words';

const event = (type: KpiEvent['type'], recipient: string, more: Partial<KpiEvent> = {}): KpiEvent => ({
  type, campaign: 'autumn <sale>', arm: 'A', recipient, at: '2026-06-01T12:00:00.000Z', delivery: type === 'assigned' ? undefined : `d-${recipient}`, ...more,
});

describe('the report as a page', () => {
  const page = renderReport(aggregateKpis([
    event('assigned', 'anna'), event('accepted', 'anna'), event('opened', 'anna'),
    event('assigned', 'ben'), event('accepted', 'ben'), event('converted', 'ben', { value: 10.5, currency: 'EUR', id: 'o1' }),
    event('assigned', 'clara'), event('suppressed', 'clara', { reason: 'no-consent' }),
  ]));

  it('says each rate with its interval and its parts, the revenue and the reasons', () => {
    expect(page).toContain('50.0 %<small>9.5 to 90.5</small><small>1 of 2</small>');
    expect(page).toContain('10.5 EUR');
    expect(page).toContain('<th>no consent</th>');
  });

  it('escapes what the campaign is called', () => {
    expect(page).toContain('autumn &#60;sale&#62;');
    expect(page).not.toContain('<sale>');
  });

  it('stands alone: no script and nothing to load', () => {
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
  });

  it('has every count, rate and reason in French', () => {
    const words = reportWords('fr-CA');
    for (const name of [...COUNT_NAMES, ...RATE_NAMES]) expect(words.label(name)).not.toBe(name);
    for (const reason of Object.keys(SUPPRESSION_REASONS)) expect(words.reason(reason)).not.toBe(reason);
    expect(words.reason('my-own-reason')).toBe('my-own-reason');
    expect(words.reason('constructor')).toBe('constructor');
    expect(renderReport(aggregateKpis([]), { language: 'fr' })).toContain('<html lang="fr">');
    expect(renderReport(aggregateKpis([]), { language: '"><script>' })).toContain('<html lang="en">');
  });

  it('says that there is nothing yet', () => {
    expect(renderReport(aggregateKpis([]))).toContain('nothing to report yet');
  });
});
