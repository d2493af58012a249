/** What the tests share in which a host is killed in the middle of its campaigns and started again. */
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore, type LedgerRow } from '../../core/store';
import type { Sandbox } from '../../sandbox';
import { collect } from '../core/support';

/** What becomes of messages of which the dead host knew no end: a campaign each, of its name, to people of its own. */
export const RULES = ['skip', 'send-again'] as const;
export type Rule = (typeof RULES)[number];

const LONGEST_MS = 120_000;

export async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await reached()); await pause(50)) {
    if (Date.now() - began > LONGEST_MS) throw new Error('It did not come to that.');
  }
}

/**
 * As if the host had been down for so long: what it left open in its store is moved into the past, so that its leases of a
 * minute end without anybody waiting for them. Leases that end while a test waits: `kill.test.ts`.
 */
export function letPass(path: string, seconds: number): void {
  const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: new (path: string) => DatabaseSync };
  const db = new DatabaseSync(path);
  const moved = (field: string) => `${field} = strftime('%Y-%m-%dT%H:%M:%fZ', ${field}, '-${seconds} seconds')`;
  db.exec(`UPDATE ledger SET leased_at = leased_at - ${seconds * 1000}, ${moved('not_before')} WHERE outcome IS NULL; UPDATE lease_owners SET ${moved('leased_until')}`);
  db.close();
}

/** The token of a rule's person. */
export const tokenOf = (rule: Rule, person: number | string): string => `${rule}:${person}`;

export const seenOf = (sandbox: Sandbox, rule: Rule) => sandbox.deliveries().filter(({ token }) => token.startsWith(tokenOf(rule, '')));

export async function ledgerOf(path: string, rule: Rule): Promise<LedgerRow[]> {
  const store = await openStore({ sqlite: path });
  try {
    return (await collect(store.ledger())).filter(({ campaign }) => campaign === rule);
  } finally {
    await store.close();
  }
}

/** Whether every message of the rule's people has an end. */
export async function isSettled(path: string, rule: Rule, people: number): Promise<boolean> {
  const rows = await ledgerOf(path, rule);
  return rows.length === people && rows.every(({ outcome }) => outcome !== undefined);
}

/** Each message has one end; under `skip` nobody got it twice, under `send-again` nobody was missed. */
export async function expectNobodyLost(path: string, sandbox: Sandbox, people: number): Promise<void> {
  const outcomes = async (rule: Rule, wanted: string) => (await ledgerOf(path, rule)).filter(({ outcome }) => outcome === wanted).length;
  const accepted = await outcomes('skip', 'accepted');
  expect(seenOf(sandbox, 'skip').filter(({ requests }) => requests > 1)).toEqual([]);
  expect(accepted + (await outcomes('skip', 'unknown'))).toBe(people);
  // Whom the ledger calls reached was reached.
  expect(seenOf(sandbox, 'skip').length).toBeGreaterThanOrEqual(accepted);
  expect(await outcomes('send-again', 'accepted')).toBe(people);
  expect(seenOf(sandbox, 'send-again')).toHaveLength(people);
}
