/** Occurrences of campaigns as an operator sees them: running, paused, cancelled, and how far. */
import { toRun, toRunReport, type Row } from '../rows';
import { NOBODY, type KpiSelection, type RunReport, type RunRow, type RunState } from '../store';
import type { Database } from './database';

export async function beginRun(db: Database, campaign: string, occurrence: string, now: Date): Promise<RunRow> {
  const [row] = await db.all(
    `INSERT INTO runs (campaign, occurrence, state, started_at, updated_at) VALUES ($1, $2, 'running', $3, $3)
     ON CONFLICT (campaign, occurrence) DO UPDATE SET
       state = CASE WHEN runs.state IN ('paused', 'cancelled') THEN runs.state ELSE 'running' END, updated_at = excluded.updated_at
     RETURNING *`,
    campaign, occurrence, now.toISOString(),
  );
  return toRun(row as Row);
}

export async function endRun(db: Database, campaign: string, occurrence: string, now: Date): Promise<void> {
  await db.run(
    `UPDATE runs SET updated_at = $3, state = CASE
       WHEN EXISTS (SELECT 1 FROM held AS h WHERE h.campaign = $1 AND h.occurrence = $2) THEN 'waiting'
       WHEN EXISTS (SELECT 1 FROM deliveries AS d WHERE d.campaign = $1 AND d.occurrence = $2 AND d.recipient = '${NOBODY}' AND outcome IS NULL) THEN 'running'
       ELSE 'finished' END
     WHERE campaign = $1 AND occurrence = $2 AND state NOT IN ('paused', 'cancelled')`,
    campaign, occurrence, now.toISOString(),
  );
}

export function moveRuns(
  db: Database, { campaign, occurrence }: { campaign: string; occurrence?: string }, from: readonly RunState[], to: RunState, now: Date,
): Promise<number> {
  return db.run(
    `UPDATE runs SET state = $1, updated_at = $2 WHERE campaign = $3 AND ($4::text IS NULL OR occurrence = $4) AND state = ANY($5)`,
    to, now.toISOString(), campaign, occurrence ?? null, from,
  );
}

/** Each person is counted once: who was sent to as sent, whatever waits besides; else who waits as held, whatever became of them before. */
export async function runs(db: Database, { campaign, occurrence }: KpiSelection): Promise<RunReport[]> {
  const rows = await db.all(
    `SELECT runs.*,
       (SELECT json_agg(json_build_array(outcome, reason, n))::text FROM (
         SELECT outcome, reason, count(*) AS n FROM participations AS p
         WHERE p.campaign = runs.campaign AND p.occurrence = runs.occurrence AND (outcome = 'sent' OR NOT EXISTS (
           SELECT 1 FROM held AS h WHERE h.campaign = p.campaign AND h.occurrence = p.occurrence AND h.recipient = p.recipient))
         GROUP BY outcome, reason) AS counts) AS outcomes,
       (SELECT count(DISTINCT recipient)::int FROM held AS h
        WHERE h.campaign = runs.campaign AND h.occurrence = runs.occurrence AND NOT EXISTS (
          SELECT 1 FROM participations AS p WHERE p.campaign = h.campaign AND p.occurrence = h.occurrence AND p.recipient = h.recipient AND outcome = 'sent')) AS held,
       (SELECT json_agg(json_build_array(outcome, n))::text FROM (
         SELECT outcome, count(*) AS n FROM deliveries AS d
         WHERE d.campaign = runs.campaign AND d.occurrence = runs.occurrence AND d.recipient = '${NOBODY}' GROUP BY outcome) AS counts) AS broadcasts
     FROM runs WHERE ($1::text IS NULL OR campaign = $1) AND ($2::text IS NULL OR occurrence = $2)
     ORDER BY started_at DESC, campaign, occurrence`,
    campaign ?? null, occurrence ?? null,
  );
  return rows.map(toRunReport);
}
