/** What the demo says on the terminal. */
import { formatReport, NOT_ELIGIBLE, SUPPRESSION_REASONS, type KpiReport, type SendSummaryJson } from '../core';

/** The suppression waterfall: from everybody to those who were sent to; each line takes away one reason. */
export function waterfall(summary: SendSummaryJson): string {
  const lines: [string, number][] = [['People in the segment', summary.people]];
  const reasons = Object.keys(SUPPRESSION_REASONS).filter((reason) => (summary.suppressed[reason] ?? 0) > 0);
  for (const reason of reasons.filter((one) => NOT_ELIGIBLE.has(one))) lines.push([`- ${reason}`, -(summary.suppressed[reason] ?? 0)]);
  lines.push(['= Eligible', summary.eligible]);
  for (const reason of reasons.filter((one) => !NOT_ELIGIBLE.has(one))) lines.push([`- ${reason}`, -(summary.suppressed[reason] ?? 0)]);
  for (const [reason, count] of Object.entries(summary.failures)) lines.push([`- failed: ${reason}`, -count]);
  lines.push(['= Sent (accepted by FCM or APNs)', summary.sent]);
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, count]) => `  ${label.padEnd(width)}  ${String(count).padStart(6)}`).join('\n');
}

export function kpiTable(report: KpiReport): string {
  return formatReport(report).split('\n').map((line) => `  ${line}`).join('\n');
}
