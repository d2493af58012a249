import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { campaignReport, formatReport, renderReport, reportOfItems, reportTable, type Item, type KpiReport } from '../../core';
import { storeOf } from '../shared/config-nodes';
import { onMessage, typedText, withValue } from '../shared/input';

interface Definition extends NodeDef {
  source: 'store' | 'payload';
  store: string;
  campaign: string;
  campaignType: string;
  occurrence: string;
  occurrenceType: string;
  output: 'report' | 'rows' | 'html' | 'text';
  windowHours: string;
}

/** Figures of a campaign, by arm. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-kpi', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    onMessage(RED, this, async (message, send) => {
      const report = await readReport(RED, this, definition, message);
      send(withValue(RED, message, 'payload', present(RED, report, definition.output)));
      this.status({ fill: 'green', shape: 'dot', text: String(report.campaigns.reduce((people, { total }) => people + total.people, 0)) });
    });
  });
}

async function readReport(RED: NodeAPI, node: Node, definition: Definition, message: NodeMessageInFlow): Promise<KpiReport> {
  const { source, windowHours, store } = definition;
  const options = String(windowHours ?? '').trim() === '' ? {} : { attributionWindowHours: Number(windowHours) };
  if (source === 'payload') {
    const { payload } = message;
    return reportOfItems((Array.isArray(payload) ? payload : [payload]) as Item[], options);
  }
  const campaign = await typedText(RED, node, definition.campaign, definition.campaignType, message);
  const occurrence = await typedText(RED, node, definition.occurrence, definition.occurrenceType, message);
  return storeOf(RED, store).store.use((opened) => campaignReport(opened, { ...options, ...(campaign && { campaign }), ...(occurrence && { occurrence }) }));
}

function present(RED: NodeAPI, report: KpiReport, output: Definition['output']): unknown {
  if (output === 'rows') return reportTable(report).rows;
  const language = RED._('push-kpi.language');
  if (output === 'html') return renderReport(report, { language });
  return output === 'text' ? formatReport(report, { language }) : report;
}
