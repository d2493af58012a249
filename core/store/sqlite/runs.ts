/** Occurrences of campaigns as an operator sees them: running, paused, cancelled, and how far. */
import { toRun, toRunReport, type Row } from '../rows';
import { NOBODY, type KpiSelection, type RunReport, type RunRow, type RunState } from '../store';
import type { Database } from './database';

export function beginRun(db: Database, campaign: string, occurrence: string, now: Date): RunRow {
  const at = now.toISOString();
  const row = db.get(
    `INSERT INTO runs (campaign, occurrence, state, started_at, updated_at) VALUES (?, ?, 'running', ?, ?)
     ON CONFLICT (campaign, occurrence) DO UPDATE SET
       state = CASE WHEN state IN ('paused', 'cancelled') THEN state ELSE 'running' END, updated_at = excluded.updated_at
     RETURNING *`,
    campaign, occurrence, at, at,
  );
  return toRun(row as Row);
}

export function endRun(db: Database, campaign: string, occurrence: string, now: Date): void {
  db.run(
    `UPDATE runs SET updated_at = ?3, state = CASE
       WHEN EXISTS (SELECT 1 FROM held AS h WHERE h.campaign = ?1 AND h.occurrence = ?2) THEN 'waiting'
       WHEN EXISTS (SELECT 1 FROM ledger AS d WHERE d.occurrence_number = (SELECT number FROM occurrences WHERE campaign = ?1 AND occurrence = ?2) AND d.recipient = '${NOBODY}' AND outcome IS NULL) THEN 'running'
       ELSE 'finished' END
     WHERE campaign = ?1 AND occurrence = ?2 AND state NOT IN ('paused', 'cancelled')`,
    campaign, occurrence, now.toISOString(),
  );
}

export function moveRuns(
  db: Database, { campaign, occurrence }: { campaign: string; occurrence?: string }, from: readonly RunState[], to: RunState, now: Date,
): number {
  return db.run(
    `UPDATE runs SET state = ?1, updated_at = ?2
     WHERE campaign = ?3 AND (?4 IS NULL OR occurrence = ?4) AND state IN (SELECT value FROM json_each(?5))`,
    to, now.toISOString(), campaign, occurrence ?? null, JSON.stringify(from),
  );
}

/** Each person is counted once: who was sent to as sent, whatever waits besides; else who waits as held, whatever became of them before. */
export function runs(db: Database, { campaign, occurrence }: KpiSelection): RunReport[] {
  return db.all(
    `SELECT runs.*,
       (SELECT json_group_array(json_array(outcome, reason, n)) FROM (
         SELECT outcome, reason, count(*) AS n FROM participations AS p
         WHERE p.occurrence_number = o.number AND (outcome = 'sent' OR NOT EXISTS (
           SELECT 1 FROM held AS h WHERE h.campaign = o.campaign AND h.occurrence = o.occurrence AND h.recipient = p.recipient))
         GROUP BY outcome, reason)) AS outcomes,
       (SELECT count(DISTINCT recipient) FROM held AS h
        WHERE h.campaign = runs.campaign AND h.occurrence = runs.occurrence AND NOT EXISTS (
          SELECT 1 FROM participations AS p WHERE p.occurrence_number = o.number AND p.recipient = h.recipient AND outcome = 'sent')) AS held,
       (SELECT json_group_array(json_array(outcome, n)) FROM (
         SELECT outcome, count(*) AS n FROM ledger AS d
         WHERE d.occurrence_number = o.number AND d.recipient = '${NOBODY}' GROUP BY outcome)) AS broadcasts
     FROM runs LEFT JOIN occurrences AS o ON o.campaign = runs.campaign AND o.occurrence = runs.occurrence
     WHERE (?1 IS NULL OR runs.campaign = ?1) AND (?2 IS NULL OR runs.occurrence = ?2)
     ORDER BY started_at DESC, runs.campaign, runs.occurrence`,
    campaign ?? null, occurrence ?? null,
  ).map(toRunReport);
}
