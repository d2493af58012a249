import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import {
  occurrenceName, PushError, sendCampaign, SEND_OUTPUTS, SendSummary,
  type CampaignOptions, type ConsentRule, type FieldMap, type Item, type MessageKind, type Repeat, type SendResult, type SendSummaryJson, type Store, type Template,
} from '../../core';
import { gatewayOf, storeOf, trackingOf } from '../shared/config-nodes';
import { withGatewaysOf, type Gateways } from '../shared/gateways';
import { onMessage, typedText, valueOf, withValue, type Send } from '../shared/input';
import { flowError } from '../shared/problem';
import { tellWhy } from '../shared/why';
import { runBroadcasts, type BroadcastTarget } from './broadcast';
import { HeldTimer } from './held-timer';
import { offerMetrics } from './metrics';
import { readPolicies } from './policies';
import { runTest, type TestDefinition } from './test-send';

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
  /** Empty: what the kind of the message says. */
  onUnknown: 'skip' | 'send-again' | '';
  kind: MessageKind | '';
  repeat: Repeat['per'];
  keyField: string;
  policies: Parameters<typeof readPolicies>[0];
  output: 'people' | 'summary';
  target?: 'people' | BroadcastTarget;
  targetName?: string;
  targetNameType?: string;
  spreadMinutes?: string;
  giveUpMinutes?: string;
  attempts: string;
  timeoutMs: string;
  perMinute: string;
  avoidQuarterHours: boolean;
  safetyStop: boolean;
  /** Absent in a node from before there was a test. */
  test?: TestDefinition;
  fields: FieldMap;
}

/** How often (ms) the status of a running campaign is renewed. */
const STATUS_MS = 300;
const MINUTE_MS = 60_000;

export interface RunResult {
  /** By output. */
  people: SendResult[][];
  /** Absent where the message went to nobody by name. */
  summary?: SendSummaryJson;
  /** Of audience references alone, where there were any: their people are not put out one by one. */
  ofReferences?: SendSummaryJson;
}

/** Sends the message of each person, once; and to those who wait, when their waiting is over. */
export default function (RED: NodeAPI): void {
  offerMetrics(RED);
  RED.nodes.registerType('push-send', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const running = new Map<AbortController, Promise<unknown>>();
    /** What the last message said, for those who wait. */
    let last = {} as NodeMessageInFlow;

    /** Whatever is sent ends when the flow is stopped. */
    const run = async (message: NodeMessageInFlow, work: (options: CampaignOptions) => Promise<void>): Promise<void> => {
      const stop = new AbortController();
      const sending = withGateways(RED, definition, async (gateways, store) =>
        work(await readOptions(RED, this, definition, message, { store, gateways, signal: stop.signal })));
      running.set(stop, sending);
      await sending.finally(() => running.delete(stop));
    };
    const send = (message: NodeMessageInFlow, value: unknown, put: (options: CampaignOptions, result: RunResult) => void): Promise<void> =>
      run(message, async (options) => {
        const { target = 'people', targetName = '', targetNameType = 'str' } = definition;
        if (target !== 'people') return put(options, await runBroadcasts(this, value, options, target, await typedText(RED, this, targetName, targetNameType, message)));
        put(options, await runCampaign(RED, this, value, options));
        waiting.arm(await options.store.nextDue(options.campaign));
      });
    const test = (settings: TestDefinition, message: NodeMessageInFlow, value: unknown, put: Send): Promise<void> =>
      run(message, async (options) => {
        const { results, summary } = await runTest(RED, this, settings, message, value, options);
        put(results.map((list) => (list.length === 0 ? null : { ...withValue(RED, message, definition.property, list), summary } as NodeMessageInFlow)));
      });
    const waiting = new HeldTimer(() => {
      const message = { ...last, _msgid: RED.util.generateId() };
      void send(message, [], (_options, result) => {
        if ((result.summary?.people ?? 0) > 0) this.send(outputs(RED, definition, message, result, false));
      }).catch((thrown: unknown) => this.error(flowError(RED, thrown), message));
    });
    onMessage(RED, this, async (message, put) => {
      const { req: _request, res: _response, ...kept } = message as NodeMessageInFlow & Record<'req' | 'res', unknown>;
      last = kept as NodeMessageInFlow;
      const value = valueOf(RED, message, definition.property);
      if (definition.test?.on === true) return test(definition.test, message, value, put);
      await send(message, value, (_options, result) => put(outputs(RED, definition, message, result, !Array.isArray(value))));
    });
    // People may wait since before this Node-RED was started.
    const resume = () => void nextDue(RED, this, definition).then((due) => waiting.arm(due), () => undefined);
    RED.events.on('flows:started', resume);
    // What is in the air is waited for: its outcome belongs into the ledger.
    this.on('close', (done: () => void) => {
      RED.events.removeListener('flows:started', resume);
      waiting.end();
      for (const stop of running.keys()) stop.abort();
      void Promise.allSettled(running.values()).then(() => done());
    });
  });
}

/** When somebody of this node's campaign is due; known at the start only where the campaign is not named by messages. */
async function nextDue(RED: NodeAPI, node: Node, { campaign, campaignType, store, test }: Definition): Promise<Date | undefined> {
  if (campaignType === 'msg' || test?.on === true) return undefined;
  const name = (await typedText(RED, node, campaign, campaignType, {} as NodeMessageInFlow)).trim();
  return name === '' ? undefined : storeOf(RED, store).store.use((opened) => opened.nextDue(name));
}

/** The store stays open while `work` uses it; the gateways of the chosen credentials outlive it. */
async function withGateways<T>(RED: NodeAPI, definition: Definition, work: (gateways: Gateways, store: Store) => Promise<T>): Promise<T> {
  const fcm = gatewayOf(RED, definition.fcm, 'push-fcm');
  const apns = gatewayOf(RED, definition.apns, 'push-apns');
  if (fcm === undefined && apns === undefined) {
    throw new PushError('no-credentials', 'No credential is chosen, neither for FCM nor for APNs.', 'Open the node and choose at least one.');
  }
  const chosen = [fcm, apns].filter((one) => one !== undefined);
  return storeOf(RED, definition.store).store.use((store) => withGatewaysOf(chosen, (gateways) => work(gateways, store)));
}

async function readOptions(
  RED: NodeAPI, node: Node, definition: Definition, message: NodeMessageInFlow, tools: Pick<CampaignOptions, 'store' | 'gateways' | 'signal'>,
): Promise<CampaignOptions> {
  const { category, consent, title, body, link, onUnknown, fields, kind, policies, spreadMinutes } = definition;
  const tracking = trackingOf(RED, definition.tracking)?.tracking();
  const own: Template = { ...(title && { title }), ...(body && { body }), ...(link && { link }) };
  const campaign = await typedText(RED, node, definition.campaign, definition.campaignType, message);
  const repeat = readRepeat(definition);
  const named = repeat.per !== 'day' && repeat.per !== 'week';
  return {
    ...tools,
    campaign,
    ...(named && { occurrence: await typedText(RED, node, definition.occurrence, definition.occurrenceType, message) }),
    repeat,
    policies: readPolicies(policies),
    ...(kind && { kind }),
    ...(category && { category }),
    ...(consent && { consent }),
    ...(onUnknown && { onUnknown }),
    ...(Object.keys(own).length > 0 && { template: { template: own } }),
    ...(fields && { fields }),
    ...(tracking !== undefined && { tracking }),
    ...(spreadMinutes && { spreadMs: Number(spreadMinutes) * MINUTE_MS }),
    delivery: readDelivery(definition, campaign),
  };
}

function readDelivery({ attempts, timeoutMs, giveUpMinutes, perMinute, avoidQuarterHours, safetyStop }: Definition, campaign: string): NonNullable<CampaignOptions['delivery']> {
  return {
    ...(attempts && { attempts: Number(attempts) }),
    ...(timeoutMs && { timeoutMs: Number(timeoutMs) }),
    ...(giveUpMinutes && { giveUpAfterMs: Number(giveUpMinutes) * MINUTE_MS }),
    ...(safetyStop === false && { safetyStop }),
    rate: {
      ...(perMinute && { campaign: { name: campaign.trim(), perMinute: Number(perMinute) } }),
      ...(avoidQuarterHours === true && { avoidQuarterHours }),
    },
  };
}

/** A node that was made before this could be chosen goes by its occurrence. */
function readRepeat({ repeat = 'occurrence', keyField }: Definition): Repeat {
  return repeat === 'key' ? { per: repeat, field: keyField } : { per: repeat };
}

async function runCampaign(RED: NodeAPI, node: Node, value: unknown, options: CampaignOptions): Promise<RunResult> {
  const items = (Array.isArray(value) ? value : [value]) as Item[];
  const summary = new SendSummary(options.campaign.trim(), occurrenceName(options, new Date()));
  const people: SendResult[][] = SEND_OUTPUTS.map(() => []);
  let told = 0;
  let done = 0;
  for await (const result of sendCampaign(items, { ...options, written: summary.written })) {
    summary.add(result);
    done++;
    // People of a reference may be millions: their failures are put out, the others are in the summary.
    if (!result.fromReference || result.output === 'failed') people[SEND_OUTPUTS.indexOf(result.output)]?.push(result);
    if (Date.now() - told > STATUS_MS) {
      told = Date.now();
      node.status({ fill: 'blue', shape: 'dot', text: `${done}` });
    }
  }
  const figures = summary.toJSON();
  const { sent, failed, held, written } = figures;
  const waiting = Object.values(held).reduce((sum, count) => sum + count, 0);
  const suppressed = done - sent - failed - waiting;
  const statusText = [sent, failed, suppressed, ...(waiting > 0 ? [waiting] : [])].join(' / ');
  const unwritten = written === undefined || written.ready === written.people ? '' : ` (${RED._('push-send.not-written', { people: String(written.people - written.ready) })})`;
  node.status({ fill: failed > 0 || unwritten !== '' ? 'yellow' : 'green', shape: 'dot', text: statusText + unwritten });
  for (const list of people) list.sort((a, b) => a.index - b.index);
  const ofReferences = summary.ofReferences(items);
  return { people, summary: figures, ...(ofReferences && { ofReferences }) };
}

/** @param alone the message brought one person and not a list */
function outputs(
  RED: NodeAPI, { property, output }: Definition, message: NodeMessageInFlow, { people, summary, ofReferences }: RunResult, alone: boolean,
): (NodeMessageInFlow | NodeMessageInFlow[] | null)[] {
  const write = (value: unknown) => ({ ...withValue(RED, message, property, value), ...(summary && { summary }) }) as NodeMessageInFlow;
  if (output === 'summary' && summary !== undefined) {
    const failed = people[SEND_OUTPUTS.indexOf('failed')] ?? [];
    return [write(summary), failed.length > 0 ? write(failed.map((result) => tellWhy(RED, result))) : null, null, null];
  }
  const single = alone && people.flat().length <= 1 && people.flat().every(({ fromReference, index }) => !fromReference && index === 0);
  const about = summary === undefined ? 'broadcast' : 'person';
  const [sent = null, ...others] = people.map((list) => {
    if (list.length === 0) return null;
    const items = list.map((result) => tellWhy(RED, result, about));
    return write(single ? items[0] : items);
  });
  // A message of its own, always: a flow goes on after a stored audience, also where all had been sent to before.
  return [ofReferences === undefined ? sent : [write(ofReferences), ...(sent === null ? [] : [sent])], ...others];
}
