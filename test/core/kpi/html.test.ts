import { aggregateKpis, renderReport, type KpiEvent } from '../../../core/kpi';

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
    expect(page).toContain('<th>no-consent</th>');
  });

  it('escapes what the campaign is called', () => {
    expect(page).toContain('autumn &#60;sale&#62;');
    expect(page).not.toContain('<sale>');
  });

  it('stands alone: no script and nothing to load', () => {
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
  });

  it('says that there is nothing yet', () => {
    expect(renderReport(aggregateKpis([]))).toContain('nothing to report yet');
  });
});
