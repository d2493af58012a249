/** Collects what became of each person: items by output, and the campaign's waterfall as a hint. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isAudienceReference, occurrenceName, SEND_OUTPUTS, SendSummary, SUPPRESSION_REASONS, type Item, type SendResult, type WrittenAudience } from '../../core';
import { counted, tellHint } from '../shared/hints';
import { tellWritten } from '../shared/written';
import type { CampaignParameters } from './campaign';

export class SendCollector {
  private readonly outputs: INodeExecutionData[][] = SEND_OUTPUTS.map(() => []);
  private readonly summary: SendSummary;
  private readonly everyPerson: boolean;

  constructor(private readonly context: IExecuteFunctions, options: CampaignParameters) {
    this.summary = new SendSummary(options.campaign, occurrenceName(options, new Date()));
    this.everyPerson = context.getNodeParameter('output', 0) === 'people';
  }

  /** How the plans of references wrote to their people. */
  get written(): WrittenAudience {
    return this.summary.written;
  }

  add(result: SendResult): void {
    this.summary.add(result);
    if (result.output === 'failed' || (this.everyPerson && !result.fromReference)) {
      this.outputs[SEND_OUTPUTS.indexOf(result.output)]?.push({ json: result.item as IDataObject, pairedItem: { item: Math.max(0, result.index) } });
    }
  }

  /** The outputs in the order of {@link SEND_OUTPUTS}; a summary comes first in 'sent'. */
  finish(): INodeExecutionData[][] {
    const items = this.context.getInputData().map(({ json }) => json as Item);
    // People of references are too many for items: their summary stands for them.
    const figures = this.everyPerson ? this.summary.ofReferences(items) : this.summary.toJSON();
    if (figures !== undefined) {
      const reference = this.everyPerson ? items.findIndex((item) => isAudienceReference(item)) : 0;
      this.outputs[0]?.unshift({ json: figures as IDataObject, pairedItem: { item: Math.max(0, reference) } });
    }
    this.tell();
    return this.outputs;
  }

  private tell(): void {
    const { people, sent, failed, suppressed, failures, held, written } = this.summary.toJSON();
    const waiting = sum(held) > 0 ? `, ${sum(held)} held back${listed(held)}: run this node again later to send to them` : '';
    tellHint(this.context, {
      message: `${counted(people, 'person', 'people')}: ${sent} sent, ${failed} failed${listed(failures)}, ${sum(suppressed)} suppressed${listed(suppressed)}${waiting}.`,
      type: failed > 0 ? 'warning' : 'info',
      location: 'outputPane',
    });
    if (written !== undefined) tellWritten(this.context, written, 'Messages of the stored audience: ');
    if (this.context.getNode().retryOnFail === true) {
      tellHint(this.context, {
        message:
          "'Retry On Fail' is not needed here: each message is retried by itself, and the ledger keeps a repeated run from sending anything twice.",
        type: 'info',
        location: 'ndv',
      });
    }
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** ` (120 no-consent, 3 no-device)`, in the order of the waterfall. */
function listed(counts: Record<string, number>): string {
  const waterfall = Object.keys(SUPPRESSION_REASONS);
  const entries = Object.entries(counts).sort(([a], [b]) => waterfall.indexOf(a) - waterfall.indexOf(b));
  return entries.length === 0 ? '' : ` (${entries.map(([reason, count]) => `${count} ${reason}`).join(', ')})`;
}
