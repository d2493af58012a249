/** One campaign from people to figures: trigger the host, let the phones answer, read the report, reconcile. */
import { createHash } from 'node:crypto';
import { openStore, tokenFingerprint, type KpiReport, type KpiRow, type SendSummaryJson } from '../core';
import type { Sandbox } from '../sandbox';
import type { DemoHost } from './host';

export interface DemoResult {
  summary: SendSummaryJson;
  report: KpiReport;
  /** What a second run of the same occurrence did. */
  again: SendSummaryJson;
  /** Devices of which the gateway's own count and the ledger's differ. */
  mismatches: string[];
}

/** The figures of a run without names of hosts, times or addresses: equal in both hosts for the same seed. */
export interface DemoFigures {
  people: number;
  eligible: number;
  sent: number;
  failed: number;
  suppressed: Record<string, number>;
  opened: number;
  clicked: number;
  converted: number;
  optedOut: number;
  revenue: { currency: string; total: number }[];
  byArm: Record<string, Omit<DemoFigures, 'byArm' | 'texts' | 'secondRun' | 'mismatches' | 'eligible'>>;
  /** Fingerprint of who was sent which text. */
  texts: string;
  secondRun: { sent: number };
  mismatches: number;
}

export async function runCampaign(host: Pick<DemoHost, 'address'>, sandbox: Sandbox, storePath: string, occurrence: string): Promise<DemoResult> {
  const start = () => postJson<SendSummaryJson>(host.address('push-demo/start'), { occurrence });
  const summary = await start();
  await sandbox.idle();
  const report = await getJson<KpiReport>(`${host.address('push-demo/report')}?occurrence=${encodeURIComponent(occurrence)}`);
  const mismatches = await reconcile(sandbox, storePath, occurrence);
  const again = await start();
  return { summary, report, again, mismatches };
}

/** Compares, device by device, how many messages the gateway accepted with what the ledger says. */
export async function reconcile(sandbox: Sandbox, storePath: string, occurrence: string): Promise<string[]> {
  const store = await openStore({ sqlite: storePath });
  try {
    const ledger = new Map<string, number>();
    for await (const row of store.ledger({ occurrence })) {
      if (row.outcome === 'accepted') ledger.set(row.device, (ledger.get(row.device) ?? 0) + 1);
    }
    const gateway = new Map<string, number>();
    for (const { token, accepted } of sandbox.deliveries()) if (accepted > 0) gateway.set(tokenFingerprint(token), accepted);
    return [...new Set([...ledger.keys(), ...gateway.keys()])].filter((device) => ledger.get(device) !== gateway.get(device));
  } finally {
    await store.close();
  }
}

export function figures({ summary, report, again, mismatches }: DemoResult, sandbox: Sandbox): DemoFigures {
  const campaign = report.campaigns.find((one) => one.campaign === summary.campaign);
  if (campaign === undefined) throw new Error('The report holds no figures of the campaign.');
  return {
    people: summary.people,
    eligible: summary.eligible,
    sent: summary.sent,
    failed: summary.failed,
    suppressed: summary.suppressed,
    ...responses(campaign.total),
    byArm: Object.fromEntries(campaign.arms.map((row) => [row.arm ?? '', {
      people: row.people, sent: row.accepted, failed: row.failed, suppressed: row.suppressed, ...responses(row),
    }])),
    texts: fingerprintOfTexts(sandbox),
    secondRun: { sent: again.sent },
    mismatches: mismatches.length,
  };
}

function responses({ opened, clicked, converted, optedOut, revenue }: KpiRow) {
  return {
    opened: opened ?? 0,
    clicked: clicked ?? 0,
    converted: converted ?? 0,
    optedOut: optedOut ?? 0,
    revenue: revenue.map(({ currency, total }) => ({ currency, total })),
  };
}

function fingerprintOfTexts(sandbox: Sandbox): string {
  const lines = sandbox.messages().map(({ token, title, body }) => `${token}\t${title}\t${body}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

async function postJson<T>(url: string, body: unknown): Promise<T> {
  return answer<T>(await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }), url);
}

async function getJson<T>(url: string): Promise<T> {
  return answer<T>(await fetch(url), url);
}

async function answer<T>(response: Response, url: string): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

