/** Adds up the results of a send step; whatever comes in, sent + failed + suppressed + held = people. */
import { isJsonObject, type JsonObject } from '../json';
import { pushState, type Item } from './item';
import { isAudienceReference } from './plan';
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
  /** Of the people of stored audiences alone. */
  private references: SendSummary | undefined;
  /** To be handed to the campaign. */
  readonly written = new WrittenAudience();

  constructor(private readonly campaign: string, private readonly occurrence: string) {}

  add(result: SendResult): void {
    this.count(result);
    if (result.fromReference) this.referencesAlone().count(result);
  }

  /**
   * The figures of stored audiences alone, whose people are too many to be put out one by one; where the input has none, and nobody
   * of one had waited, undefined. There where all were sent to before and where nobody fits, too: it says that the run is over.
   */
  ofReferences(input: readonly Item[]): SendSummaryJson | undefined {
    if (this.references === undefined && !input.some((item) => isJsonObject(item) && isAudienceReference(item))) return undefined;
    const written = this.written.toJSON();
    return { ...this.referencesAlone().toJSON(), ...(written !== undefined && { written: written as SendSummaryJson['written'] & object }) };
  }

  private referencesAlone(): SendSummary {
    return (this.references ??= new SendSummary(this.campaign, this.occurrence));
  }

  private count({ output, reason, item }: SendResult): void {
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
