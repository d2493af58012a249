/**
 * A test send: one person's message, marked as a test, to devices that are listed by hand. It asks neither consent nor
 * quiet hours, writes nothing into the store and carries no tracking: the ledger and the figures never hear of it.
 */
import { randomUUID } from 'node:crypto';
import type { Gateway, GatewayMessage, GatewayResult, SendOptions } from '../delivery/gateway';
import { asPushError, PushError, RunStopper } from '../errors';
import type { JsonObject } from '../json';
import { parseRecipient, tokenFingerprint, type Device, type FieldMap, type GatewayType } from '../recipient';
import type { Store } from '../store';
import { markTest, type Message } from '../template';
import { deliveryId } from '../tracking';
import type { Item } from './item';
import { deviceMessage, type Leaving } from './message';
import { ACCEPTED } from './send-result';
import { compileMessage, type TemplateStage } from './stages';
import { choosePerson, type TestPerson, type WrittenPerson } from './test-person';

/** A test is for phones at hand; whoever wants to reach more has a campaign. */
export const MOST_TEST_DEVICES = 20;
export const TEST_MARK = '[Test]';

export interface TestSendOptions {
  /** Device tokens, or ids of people (of the items, else of the store) whose devices are meant. */
  devices: readonly string[];
  /** Whose message the devices get; the first person's if not given. */
  person?: TestPerson;
  /** Stands before the title; {@link TEST_MARK} if not given. */
  mark?: string;
  /** The message of people who come without one from a template step. */
  template?: TemplateStage;
  fields?: FieldMap;
  store: Store;
  gateways: Partial<Record<GatewayType, Gateway>>;
  /** One attempt if not given: whoever tests waits for the answer. */
  delivery?: Omit<SendOptions, 'signal' | 'rate' | 'onWait' | 'mayGoAgain' | 'safetyStop'>;
  signal?: AbortSignal;
  now?: () => Date;
}

/** What became of the test on one device. */
export interface TestResult {
  output: 'sent' | 'failed';
  /**
   * `id`: whose message it is. `test`: which device, by fingerprint, and whose id it was named by. `push`: the message as it
   * was sent, `outcome`, `why`, and where it failed `reason`.
   */
  item: Item;
  /** What the reason comes from where it is an error, for a face that speaks other languages. */
  error?: PushError;
}

export interface TestReport {
  /** Id of the person whose message it is, and the position of the item that they came from. */
  person: string;
  index: number;
  sent: number;
  failed: number;
  /** In the order in which the devices were listed. */
  results: TestResult[];
}

interface Target {
  /** As it was listed: the id of a person; absent for a token. */
  owner?: string;
  device?: Device;
}

/** What a gateway said, or what kept the message from it. */
type Outcome = GatewayResult | PushError;

/** The devices of a text in which they are separated by commas or line ends. */
export function listedDevices(text: string): string[] {
  return [...new Set(text.split(/[,\n]/).map((one) => one.trim()).filter((one) => one !== ''))];
}

/**
 * Sends a test.
 * @param items people as they come to the send step, or references to stored ones
 * @throws PushError `no-test-devices`, `too-many-test-devices`, `no-test-person`, `no-credentials`, and what keeps the chosen
 *   person from being written to; a device that cannot be reached is a result
 */
export async function sendTest(items: readonly Item[], options: TestSendOptions): Promise<TestReport> {
  const { gateways, store, template, person: choice = { people: 'first' }, fields, now = () => new Date() } = options;
  if (Object.values(gateways).every((gateway) => gateway === undefined)) {
    throw new PushError('no-credentials', 'No credential is connected, neither for FCM nor for APNs.', 'Choose at least one.');
  }
  const targets = await resolveTargets(items, options);
  const render = template === undefined ? undefined : compileMessage(template, now());
  const person = await choosePerson(items, choice, { store, fields, render, now: now() });
  const { message, payload } = markTest(person.message, person.payload, options.mark ?? TEST_MARK);
  const moment = now().getTime();
  const outcomes = await deliver(targets, payload as JsonObject, {
    now: moment, since: moment, silent: false, mayRepeat: false, ...(message.ttlSeconds !== undefined && { ttlSeconds: message.ttlSeconds }),
  }, options);
  const results = targets.map((target, index) => resultOf(person, message, target, outcomes[index] ?? NO_ANSWER));
  const sent = results.filter(({ output }) => output === 'sent').length;
  return { person: person.id, index: person.index, sent, failed: results.length - sent, results };
}

const NO_ANSWER: Outcome = { id: '', outcome: 'unavailable', code: 'cancelled', detail: 'The run was stopped before an answer came.', attempts: 0 };

async function resolveTargets(items: readonly Item[], { devices, store, fields }: TestSendOptions): Promise<Target[]> {
  const names = [...new Set(devices.map((name) => name.trim()).filter((name) => name !== ''))];
  if (names.length === 0) {
    throw new PushError('no-test-devices', 'No test device is listed.', 'List device tokens, or ids of people, separated by commas.');
  }
  const known = devicesByOwner(items, new Set(names), fields);
  const targets = new Map<string, Target>();
  for (const name of names) {
    const own = known.get(name) ?? (await store.getPerson(name))?.devices;
    if (own?.length === 0) targets.set(name, { owner: name });
    const found = own ?? parseRecipient({ token: name }).recipient.devices;
    for (const device of found) targets.set(device.token, { ...(own !== undefined && { owner: name }), device });
  }
  if (targets.size > MOST_TEST_DEVICES) {
    throw new PushError('too-many-test-devices', `${targets.size} test devices are listed; a test goes to ${MOST_TEST_DEVICES} at most.`,
      'List fewer, or send a campaign.', { most: MOST_TEST_DEVICES });
  }
  return [...targets.values()];
}

function devicesByOwner(items: readonly Item[], names: ReadonlySet<string>, fields: FieldMap | undefined): Map<string, Device[]> {
  const owners = new Map<string, Device[]>();
  for (const item of items) {
    try {
      const { id, devices } = parseRecipient(item, fields).recipient;
      if (names.has(id) && devices.length > 0) owners.set(id, devices);
    } catch (thrown) {
      // Who cannot be read is nobody's test device; a reference names no person either.
      if (thrown instanceof RunStopper) throw thrown;
    }
  }
  return owners;
}

/** One outcome a target, in their order. */
async function deliver(
  targets: readonly Target[], payload: JsonObject, leaving: Leaving, { gateways, delivery, signal }: TestSendOptions,
): Promise<(Outcome | undefined)[]> {
  const outcomes: (Outcome | undefined)[] = targets.map(() => undefined);
  const batches = new Map<GatewayType, GatewayMessage[]>();
  const places = new Map<string, number>();
  const run = randomUUID();
  for (const [index, { device }] of targets.entries()) {
    try {
      const target = reachable(device, gateways);
      const id = deliveryId('test', run, '', target.token);
      const made = deviceMessage(payload, target, id, undefined, leaving);
      places.set(id, index);
      batches.set(target.gateway, [...(batches.get(target.gateway) ?? []), made]);
    } catch (thrown) {
      outcomes[index] = asPushError(thrown);
    }
  }
  await Promise.all([...batches].map(async ([type, messages]) => {
    const sending = gateways[type]?.send(messages, { attempts: 1, ...delivery, safetyStop: false, ...(signal !== undefined && { signal }) });
    for await (const result of sending ?? []) outcomes[places.get(result.id) ?? -1] = result;
  }));
  return outcomes;
}

/** @throws PushError `no-device`, `no-credentials` */
function reachable(device: Device | undefined, gateways: TestSendOptions['gateways']): Device {
  if (device === undefined) throw new PushError('no-device', 'This person has no device.', 'List another person, or a token.');
  if (gateways[device.gateway] !== undefined) return device;
  throw new PushError('no-credentials', `No credential for ${device.gateway === 'fcm' ? 'FCM' : 'APNs'} is connected.`, 'Choose one.');
}

function resultOf({ id }: WrittenPerson, message: Message, { owner, device }: Target, outcome: Outcome): TestResult {
  const test: JsonObject = {
    ...(owner !== undefined && { owner }),
    ...(device !== undefined && { device: tokenFingerprint(device.token), gateway: device.gateway, platform: device.platform }),
  };
  const item = (push: JsonObject): Item => ({ id, test, push: { message: message as JsonObject, ...push } });
  if (outcome instanceof PushError) {
    return { output: 'failed', error: outcome, item: item({ outcome: 'failed', reason: outcome.code, why: outcome.words }) };
  }
  const { outcome: word, code, detail = 'The gateway did not accept the message.' } = outcome;
  if (word === 'accepted') return { output: 'sent', item: item({ outcome: word, why: ACCEPTED }) };
  return { output: 'failed', item: item({ outcome: word, reason: word, ...(code !== undefined && { code }), why: detail }) };
}
