/**
 * Sends one message to whoever has subscribed: an FCM topic, a condition over topics, or an APNs channel. The ledger
 * keeps it from going out twice in an occurrence; it counts as a message, never as people, since nobody here knows them.
 */
import { randomUUID } from 'node:crypto';
import type { Broadcast, Gateway, GatewayMessage, GatewayResult, SendOptions } from '../delivery/gateway';
import { asPushError, PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import type { GatewayType } from '../recipient';
import { NOBODY, type LeaseDecision, type Store } from '../store';
import type { CompiledTemplate, FcmTarget } from '../template';
import { deliveryId } from '../tracking';
import { pushState, withPush, type Item } from './item';
import { broadcastMessage } from './message';
import { BROADCAST_REASONS, HOLDING_REASONS, SUPPRESSION_REASONS } from './reasons';
import { neverLeft } from './page-sender';
import { messageKeyOf, occurrenceName, requireName, type Repeat } from './repeat';
import { concludeRun } from './runs';
import type { SendResult } from './send-result';
import { compileMessage, renderMessage, type TemplateStage } from './stages';

export interface BroadcastOptions {
  campaign: string;
  occurrence?: string;
  /** How often it goes to the same target; once an occurrence if not given. */
  repeat?: Repeat;
  to: Broadcast;
  /** The message of an item that comes without one from a template step; its fields are the item's. */
  template?: TemplateStage;
  /** What to do where an earlier run does not know whether it went out; `skip` if not given. */
  onUnknown?: 'skip' | 'send-again';
  store: Store;
  gateways: Partial<Record<GatewayType, Gateway>>;
  delivery?: Omit<SendOptions, 'signal' | 'onWait' | 'mayGoAgain'>;
  leaseMs?: number;
  signal?: AbortSignal;
  now?: () => Date;
}

export type BroadcasterOptions = Omit<BroadcastOptions, 'to'>;

/** @throws PushError for wrong options and a store that cannot be written; a message that cannot go is a result */
export type Broadcaster = (item: Item, to: Broadcast) => Promise<SendResult>;

const LEASE_MS = 60_000;

/**
 * @param item what the texts are written with; comes back with what became of the message under `push`
 * @throws PushError for wrong options and a store that cannot be written; a message that cannot go is a result
 */
export function sendBroadcast(item: Item, { to, ...options }: BroadcastOptions): Promise<SendResult> {
  return createBroadcaster(options)(item, to);
}

/** Sends one message after the other; their template is compiled once. */
export function createBroadcaster(options: BroadcasterOptions): Broadcaster {
  const write = createWriter(options);
  return (item, to) => broadcast(item, to, options, write);
}

async function broadcast(item: Item, to: Broadcast, options: BroadcasterOptions, write: Writer): Promise<SendResult> {
  const { store, repeat = { per: 'occurrence' }, now = () => new Date() } = options;
  const gateway = gatewayFor(to, options.gateways);
  const campaign = requireName(options.campaign, 'campaign');
  requireName(options.occurrence ?? 'once', 'occurrence');
  const occurrence = occurrenceName(options, now());
  const about: JsonObject = { campaign, occurrence, broadcast: { ...to } };
  const { state } = await store.beginRun(campaign, occurrence, now());
  if (state === 'cancelled') return ended(item, 'suppressed', 'cancelled', BROADCAST_REASONS.cancelled, about);
  if (state === 'paused') return ended(item, 'held', 'paused', BROADCAST_REASONS.paused, about);
  const result = await sendOnce(item, to, { ...options, campaign, occurrence }, gateway, about, write);
  await concludeRun(store, campaign, occurrence, { stopped: options.signal?.aborted === true, repeat }, now());
  return result;
}

/** Writes the message, lets the ledger say whether it may go, and sends it. */
async function sendOnce(
  item: Item, to: Broadcast, options: BroadcasterOptions & { occurrence: string }, gateway: Gateway, about: JsonObject, write: Writer,
): Promise<SendResult> {
  const { store, campaign, occurrence, repeat = { per: 'occurrence' }, onUnknown = 'skip', leaseMs = LEASE_MS, now = () => new Date() } = options;
  const target = nameOf(to);
  let key: string;
  let message;
  const at = now().getTime();
  try {
    key = [target, messageKeyOf(repeat)(item)].filter((part) => part !== '').join(' ');
    const id = deliveryId(campaign, occurrence, NOBODY, target, key);
    message = broadcastMessage(write(item, to), to, id, {
      now: at, since: at, silent: false, mayRepeat: onUnknown === 'send-again', ...ttlOf(item, options),
    });
  } catch (thrown) {
    const error = asPushError(thrown);
    return { ...ended(item, 'failed', error.code, error.words, about), error };
  }
  const lease = { owner: randomUUID(), leaseMs };
  const [decision = 'go'] = await store.lease([{
    id: message.id, campaign, occurrence, recipient: NOBODY, key, arm: null, category: '', counts: false, resendUnknown: onUnknown === 'send-again',
    // Whose phones they are is not known; the column asks for one.
    gateway: gateway.type, platform: gateway.type === 'apns' ? 'ios' : 'android', device: target,
  }], { ...lease, now: now() });
  if (decision !== 'go') return refusedBy(decision, item, about);
  // Another one that ended before this one was written down may have called the occurrence finished.
  await store.beginRun(campaign, occurrence, now());
  const departed = await store.depart([message.id], { ...lease, now: now() });
  // This process stood still for so long that another run took it over.
  if (!departed.has(message.id)) return refusedBy({ waitsFor: 'in-flight', until: now().getTime() + leaseMs }, item, about);
  const renewal = setInterval(() => void store.renew([message.id], { ...lease, now: now() }).catch(() => undefined), leaseMs / 3).unref();
  try {
    let postponed: Promise<unknown> = Promise.resolve();
    const result = await sendOne(gateway, message, options, {
      onWait: (id, notBefore, code) => {
        postponed = store.postpone([{ id, notBefore, code }], lease.owner);
        // Thrown where it is asked for.
        postponed.catch(() => undefined);
      },
      mayGoAgain: async (ids) => {
        // Written later it would call certain what is in the air.
        await postponed;
        return store.depart(ids, { ...lease, now: now() });
      },
    });
    await store.settle([result], { owner: lease.owner, now: now() });
    return delivered(item, result, gateway.type, target, about);
  } finally {
    clearInterval(renewal);
  }
}

/** `topic news`, `condition ...`, `channel ...`: stands in the ledger where a device's fingerprint else does. */
function nameOf(to: Broadcast): string {
  const [[kind, value] = ['', '']] = Object.entries(to);
  return `${kind} ${String(value).trim()}`;
}

function gatewayFor(to: Broadcast, gateways: BroadcastOptions['gateways']): Gateway {
  const gateway = 'channel' in to ? gateways.apns : gateways.fcm;
  if (gateway !== undefined) return gateway;
  throw new PushError('no-credentials', 'channel' in to ? 'A channel needs a credential for APNs.' : 'A topic needs a credential for FCM.', 'Choose one.');
}

type Writer = (item: Item, to: Broadcast) => JsonObject;

/** Gives the payload that an item comes with, or the one that the template writes. */
function createWriter({ template, now = () => new Date() }: BroadcasterOptions): Writer {
  const compiled = new Map<FcmTarget, CompiledTemplate>();
  const render = (stage: TemplateStage, item: Item, target: FcmTarget) => {
    const ready = compiled.get(target) ?? compileMessage(stage, now(), target);
    compiled.set(target, ready);
    return pushState(renderMessage(ready, item))['payload'];
  };
  return (item, to) => {
    const own = pushState(item)['payload'];
    const written = isJsonObject(own) || template === undefined ? own : render(template, item, 'channel' in to ? 'device' : 'topic');
    if (isJsonObject(written)) return written;
    throw new PushError('no-message', 'There is no message.', 'Put the template step before, or write a title and a text in the send step.');
  };
}

function ttlOf(item: Item, { template }: BroadcasterOptions): { ttlSeconds?: number } {
  const message = pushState(item)['message'];
  const seconds = isJsonObject(message) ? message['ttlSeconds'] : template?.template.ttlSeconds;
  return typeof seconds === 'number' ? { ttlSeconds: seconds } : {};
}

async function sendOne(
  gateway: Gateway, message: GatewayMessage, { delivery, signal, store }: BroadcasterOptions, again: Pick<SendOptions, 'onWait' | 'mayGoAgain'>,
): Promise<GatewayResult> {
  const options: SendOptions = { ...delivery, rate: { permits: store.permits, ...delivery?.rate }, ...again, ...(signal !== undefined && { signal }) };
  // A gateway that is stopped before it takes the message says nothing about it.
  let end = neverLeft(message.id);
  for await (const result of gateway.send([message], options)) end = result;
  return end;
}

function delivered(item: Item, result: GatewayResult, gateway: GatewayType, target: string, about: JsonObject): SendResult {
  const { outcome, code, gatewayId, attempts, detail } = result;
  const delivery: JsonObject = {
    gateway, target, outcome, attempts, ...(code !== undefined && { code }), ...(gatewayId !== undefined && { gatewayId }), ...(detail !== undefined && { detail }),
  };
  const sent = outcome === 'accepted';
  return ended(item, sent ? 'sent' : 'failed', sent ? undefined : outcome, sent ? BROADCAST_REASONS.accepted : (detail ?? 'The gateway did not take the message.'), { ...about, outcome, deliveries: [delivery] });
}

function refusedBy(decision: Exclude<LeaseDecision, 'go'>, item: Item, about: JsonObject): SendResult {
  if (typeof decision === 'string') return ended(item, 'suppressed', decision, { ...SUPPRESSION_REASONS, ...BROADCAST_REASONS }[decision], about);
  const { waitsFor, until } = decision;
  return ended(item, 'held', waitsFor, { ...HOLDING_REASONS, ...BROADCAST_REASONS }[waitsFor], { ...about, until: new Date(until).toISOString() });
}

function ended(item: Item, output: SendResult['output'], reason: string | undefined, why: string, more: JsonObject): SendResult {
  return {
    index: 0,
    fromReference: false,
    output,
    ...(reason !== undefined && { reason }),
    item: withPush(item, { until: undefined, outcome: output, ...more, reason, why, payload: undefined }),
  };
}
