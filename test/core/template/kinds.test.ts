import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTemplate, kindPreset, KIND_PRESETS, LONGEST_TTL_SECONDS, MESSAGE_KINDS, type Template } from '../../../core/template';

const write = (template: Template) => compileTemplate(template)({});

describe('the kind of a message', () => {
  it.each(MESSAGE_KINDS)('%s sets priority, time to live and interruption level, and travels with the message', (kind) => {
    const { priority, ttlSeconds, interruptionLevel } = KIND_PRESETS[kind];
    const { message, fcm, apns } = write({ kind, title: 'T', body: 'B' });
    expect(message).toEqual({ kind, title: 'T', body: 'B', priority, ttlSeconds, interruptionLevel });
    expect(fcm?.['android']).toMatchObject({ priority: priority.toUpperCase(), ttl: `${ttlSeconds}s` });
    expect(apns).toMatchObject({ headers: { 'apns-priority': priority === 'high' ? '10' : '5' }, payload: { aps: { 'interruption-level': interruptionLevel } } });
  });

  it('gives way to what the template says itself', () => {
    const own = { priority: 'high', ttlSeconds: 60, interruptionLevel: 'active' } as const;
    expect(write({ kind: 'news', title: 'T', body: 'B', ...own }).message).toMatchObject(own);
  });

  it('lets a silent message interrupt nobody', () => {
    const { message } = write({ kind: 'alert', silent: true, data: { a: 'b' } });
    expect(message).toEqual({ kind: 'alert', silent: true, data: { a: 'b' }, ttlSeconds: KIND_PRESETS.alert.ttlSeconds });
  });

  it('is refused by name where there is no such kind', () => {
    expect(() => write({ kind: 'spam' as 'news', title: 'T' })).toThrow(/kind must be one of news, alert, promotion, reminder, transaction/);
    expect([kindPreset('constructor'), kindPreset(undefined), kindPreset('news')]).toEqual([undefined, undefined, KIND_PRESETS.news]);
  });

  it('keeps to what Apple asks: promotions need a yes, and never break through Focus', () => {
    expect(KIND_PRESETS.promotion).toMatchObject({ consent: 'opted-in', quietHours: 'wait', capped: true });
    for (const kind of ['news', 'promotion'] as const) expect(KIND_PRESETS[kind].interruptionLevel).not.toMatch(/time-sensitive|critical/);
    for (const kind of MESSAGE_KINDS) expect(KIND_PRESETS[kind].ttlSeconds).toBeLessThanOrEqual(LONGEST_TTL_SECONDS);
  });

  it('is in the docs with every value', () => {
    const page = readFileSync(join(__dirname, '../../../docs/messages.md'), 'utf8');
    for (const kind of MESSAGE_KINDS) {
      const { priority, ttlSeconds, interruptionLevel, category, consent, quietHours, capped, onUnknown } = KIND_PRESETS[kind];
      const cells = [`\`${kind}\``, `\`${priority}\``, ttlSeconds.toLocaleString('en'), `\`${interruptionLevel}\``, `\`${category}\``, `\`${consent}\``, `\`${quietHours}\``, capped ? 'yes' : 'no', `\`${onUnknown}\``];
      expect(page).toContain(`| ${cells.join(' | ')} |`);
    }
  });
});
