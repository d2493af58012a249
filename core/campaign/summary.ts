/** Adds up the results of a send step; whatever comes in, sent + failed + suppressed + held = people. */
import type { JsonObject } from '../json';
import { pushState } from './item';
import { NOT_ELIGIBLE } from './reasons';
import type { SendOutput, SendResult } from './send-result';
import { WrittenAudience, type TemplateSummaryJson } from './template-summary';

type Counts = Record<string, number>;

interface ArmCounts extends Record<SendOutput, number> {
  people: number;
}

export interface SendSummaryJson extends JsonObject {
  campaign: string;
  occurrence: string;
  people: number;
  /** Those whose own standing (consent, device, suppression) let them be sent to. */
  eligible: number;
  sent: number;
  failed: number;
  suppressed: Counts;
  failures: Counts;
  held: Counts;
  byArm: Record<string, JsonObject & ArmCounts>;
  /**
   * Of stored audiences: how the template wrote to their people. Who could not be written to is counted here alone, and is none
   * of `people`.
   */
  written?: JsonObject & TemplateSummaryJson;
}

export class SendSummary {
  private readonly outputs: ArmCounts = { people: 0, sent: 0, failed: 0, suppressed: 0, held: 0 };
  private readonly suppressed: Counts = {};
  private readonly failures: Counts = {};
  private readonly held: Counts = {};
  private readonly byArm = new Map<string, ArmCounts>();
  private notEligible = 0;
  /** To be handed to the campaign. */
  readonly written = new WrittenAudience();

  constructor(private readonly campaign: string, private readonly occurrence: string) {}

  add({ output, reason, item }: SendResult): void {
    count(this.outputs, output);
    const { arm } = pushState(item);
    if (typeof arm === 'string') {
      const counts = this.byArm.get(arm) ?? { people: 0, sent: 0, failed: 0, suppressed: 0, held: 0 };
      count(counts, output);
      this.byArm.set(arm, counts);
    }
    if (output === 'suppressed' && reason !== undefined) {
      this.suppressed[reason] = (this.suppressed[reason] ?? 0) + 1;
      if (NOT_ELIGIBLE.has(reason)) this.notEligible++;
    }
    if (output === 'held' && reason !== undefined) this.held[reason] = (this.held[reason] ?? 0) + 1;
    if (output === 'failed' && reason !== undefined) this.failures[reason] = (this.failures[reason] ?? 0) + 1;
  }

  toJSON(): SendSummaryJson {
    const { people, sent, failed } = this.outputs;
    const written = this.written.toJSON();
    return {
      campaign: this.campaign,
      occurrence: this.occurrence,
      people,
      eligible: people - this.notEligible,
      sent,
      failed,
      suppressed: sorted(this.suppressed),
      failures: sorted(this.failures),
      held: sorted(this.held),
      byArm: Object.fromEntries([...this.byArm].sort(([a], [b]) => (a < b ? -1 : 1)).map(([arm, counts]) => [arm, { ...counts }])),
      ...(written !== undefined && { written: written as SendSummaryJson['written'] & object }),
    };
  }
}

function count(counts: ArmCounts, output: SendOutput): void {
  counts.people++;
  counts[output]++;
}

function sorted(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
