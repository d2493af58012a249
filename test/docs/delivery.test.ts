/** docs/delivery.md says what the outcome table says, row by row, and names whatever a person can set or watch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliveryCounters, OUTCOME_TABLE, OUTCOMES, type OutcomeRow } from '../../core';
import { FCM_RATE } from '../../core/delivery/rate/options';
import { TOPIC_RATE } from '../../core/delivery/topics';
import { SAFETY_RULES } from '../../core/delivery/breaker/safety-stop';

const page = readFileSync(join(__dirname, '../../docs/delivery.md'), 'utf8');

function again({ retriable, atOnce, renews, otherKey, notBeforeMs, holds }: OutcomeRow): string {
  const ways = [
    renews === true ? 'once, signed in anew' : atOnce === true ? 'at once' : retriable ? `after ${notBeforeMs === undefined ? '1 s' : `${notBeforeMs / 1000} s`} or more` : '',
    otherKey === true ? 'with the other key' : '',
  ].filter((way) => way !== '');
  return `${ways.length === 0 ? 'no' : ways.join(', then ')}${holds === 'gateway' ? '; all rest' : ''}`;
}

/** The row of the page for a row of the table. */
function line(row: OutcomeRow): string {
  return `| ${[row.status ?? '', row.code === '*' ? 'any other' : `\`${row.code}\``, row.outcome, again(row), `${row.meaning} ${row.action}`.trim()].join(' | ')} |`;
}

describe('docs/delivery.md', () => {
  it.each([['FCM', 'fcm'], ['APNs', 'apns'], ['On our side', 'any']])('the table of %s has the rows of the outcome table, and no other', (title, gateway) => {
    const section = page.split(/^#+ /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
    const rows = section.split('\n').filter((text) => text.startsWith('| ') && !text.startsWith('| status') && !text.startsWith('| ---'));
    expect(rows).toEqual(OUTCOME_TABLE.filter((row) => row.gateway === gateway).map(line));
  });

  it('explains each outcome', () => {
    for (const outcome of OUTCOMES) expect(page).toMatch(new RegExp(`^\\| ${outcome} \\| .{20,} \\|$`, 'm'));
  });

  it('has the rules of the safety stop', () => {
    const rows = SAFETY_RULES.map(({ outcome, code, least, share, stop }) => `| ${code === undefined ? outcome : `${outcome} (\`${code}\`)`} | ${least} | ${Math.round(share * 100)} % | \`${stop}\` |`);
    for (const row of rows) expect(page).toContain(row);
  });

  it('names the rates that hold at Google', () => {
    for (const rate of [FCM_RATE.perMinute, FCM_RATE.devicePerMinute, TOPIC_RATE.perMinute ?? 0]) expect(page).toContain(rate.toLocaleString('en'));
  });

  it('names every counter', () => {
    const names = [...deliveryCounters.text().matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(page).toContain(`\`${name}\``);
  });
});
