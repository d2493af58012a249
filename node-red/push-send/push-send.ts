import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import {
  PushError, sendCampaign, SEND_OUTPUTS, SendSummary,
  type CampaignOptions, type ConsentRule, type FieldMap, type Gateway, type GatewayType, type Item, type SendResult, type Store, type Template,
} from '../../core';
import { gatewayOf, storeOf, trackingOf } from '../shared/config-nodes';
import { onMessage, typedText, valueOf, withValue } from '../shared/input';

interface Definition extends NodeDef {
  property: string;
  fcm: string;
  apns: string;
  tracking: string;
  store: string;
  campaign: string;
  campaignType: string;
  occurrence: string;
  occurrenceType: string;
  category: string;
  consent: ConsentRule;
  title: string;
  body: string;
  link: string;
  onUnknown: 'skip' | 'send-again';
  output: 'people' | 'summary';
  attempts: string;
  timeoutMs: string;
  fields: FieldMap;
}

/** How often (ms) the status of a running campaign is renewed. */
const STATUS_MS = 300;

type Gateways = Partial<Record<GatewayType, Gateway>>;

/** Sends the message of each person, once. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-send', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const running = new Map<AbortController, Promise<unknown>>();
    onMessage(RED, this, async (message, send) => {
      const stop = new AbortController();
      const run = withGateways(RED, definition, async (gateways, store) => {
        const options = await readOptions(RED, this, definition, message, { store, gateways, signal: stop.signal });
        const { people, summary } = await runCampaign(this, valueOf(RED, message, definition.property), options);
        send(outputs(RED, definition, message, people, summary));
      });
      running.set(stop, run);
      await run.finally(() => running.delete(stop));
    });
    // What is in the air is waited for: its outcome belongs into the ledger.
    this.on('close', (done: () => void) => {
      for (const stop of running.keys()) stop.abort();
      void Promise.allSettled(running.values()).then(() => done());
    });
  });
}

/** The gateways of the chosen credentials and the store stay open while `work` uses them. */
function withGateways<T>(RED: NodeAPI, definition: Definition, work: (gateways: Gateways, store: Store) => Promise<T>): Promise<T> {
  const fcm = gatewayOf(RED, definition.fcm, 'push-fcm');
  const apns = gatewayOf(RED, definition.apns, 'push-apns');
  if (fcm === undefined && apns === undefined) {
    throw new PushError('no-credentials', 'No credential is chosen, neither for FCM nor for APNs.', 'Open the node and choose at least one.');
  }
  const withApns = (gateways: Gateways, store: Store) => (apns === undefined ? work(gateways, store) : apns.gateway.use((gateway) => work({ ...gateways, apns: gateway }, store)));
  const withBoth = (store: Store) => (fcm === undefined ? withApns({}, store) : fcm.gateway.use((gateway) => withApns({ fcm: gateway }, store)));
  return storeOf(RED, definition.store).store.use(withBoth);
}

async function readOptions(
  RED: NodeAPI, node: Node, definition: Definition, message: NodeMessageInFlow, tools: Pick<CampaignOptions, 'store' | 'gateways' | 'signal'>,
): Promise<CampaignOptions> {
  const { category, consent, title, body, link, onUnknown, attempts, timeoutMs, fields } = definition;
  const tracking = trackingOf(RED, definition.tracking)?.tracking();
  const own: Template = { ...(title && { title }), ...(body && { body }), ...(link && { link }) };
  return {
    ...tools,
    campaign: await typedText(RED, node, definition.campaign, definition.campaignType, message),
    occurrence: await typedText(RED, node, definition.occurrence, definition.occurrenceType, message),
    ...(category && { category }),
    ...(consent && { consent }),
    ...(onUnknown && { onUnknown }),
    ...(Object.keys(own).length > 0 && { template: { template: own } }),
    ...(fields && { fields }),
    ...(tracking !== undefined && { tracking }),
    delivery: { ...(attempts && { attempts: Number(attempts) }), ...(timeoutMs && { timeoutMs: Number(timeoutMs) }) },
  };
}

async function runCampaign(node: Node, value: unknown, options: CampaignOptions): Promise<{ people: SendResult[][]; summary: SendSummary }> {
  const items = (Array.isArray(value) ? value : [value]) as Item[];
  const summary = new SendSummary(options.campaign.trim(), options.occurrence ?? 'once');
  const people: SendResult[][] = SEND_OUTPUTS.map(() => []);
  let told = 0;
  let done = 0;
  for await (const result of sendCampaign(items, options)) {
    summary.add(result);
    done++;
    // People of a reference may be millions: their failures are put out, the others are in the summary.
    if (!result.fromReference || result.output === 'failed') people[SEND_OUTPUTS.indexOf(result.output)]?.push(result);
    if (Date.now() - told > STATUS_MS) {
      told = Date.now();
      node.status({ fill: 'blue', shape: 'dot', text: `${done}` });
    }
  }
  const { sent, failed, held } = summary.toJSON();
  const waiting = Object.values(held).reduce((sum, count) => sum + count, 0);
  const suppressed = done - sent - failed - waiting;
  const statusText = [sent, failed, suppressed, ...(waiting > 0 ? [waiting] : [])].join(' / ');
  node.status({ fill: failed > 0 ? 'yellow' : 'green', shape: 'dot', text: statusText });
  for (const list of people) list.sort((a, b) => a.index - b.index);
  return { people, summary };
}

function outputs(
  RED: NodeAPI, { property, output }: Definition, message: NodeMessageInFlow, people: SendResult[][], summary: SendSummary,
): (NodeMessageInFlow | null)[] {
  const figures = summary.toJSON();
  const write = (value: unknown) => ({ ...withValue(RED, message, property, value), summary: figures }) as NodeMessageInFlow;
  if (output === 'summary') {
    const failed = people[SEND_OUTPUTS.indexOf('failed')] ?? [];
    return [write(figures), failed.length > 0 ? write(failed.map(({ item }) => item)) : null, null, null];
  }
  const single = !Array.isArray(valueOf(RED, message, property)) && people.flat().length <= 1 && people.flat().every(({ fromReference, index }) => !fromReference && index === 0);
  return people.map((list) => {
    if (list.length === 0) return null;
    return write(single ? list[0]?.item : list.map(({ item }) => item));
  });
}
