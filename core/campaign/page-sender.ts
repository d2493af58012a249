/** Sends a page of people: judged together, written into the ledger together, then handed to the gateways. */
import type { GatewayMessage, GatewayResult } from '../delivery/gateway';
import { asPushError, PushError, RunStopper } from '../errors';
import { isJsonObject } from '../json';
import { tokenFingerprint, type Device, type GatewayType } from '../recipient';
import type { DeliveryIntent, LeaseDecision, Store } from '../store';
import type { CompiledTemplate } from '../template';
import { deliveryId, type Tracking } from '../tracking';
import { nameOf, type Candidate } from './candidates';
import { pushState } from './item';
import type { Judged, Judging } from './judging';
import type { Lane } from './lane';
import { deviceMessage } from './message';
import type { Verdict } from './policy';
import type { HoldingReason, SuppressionReason } from './reasons';
import { failedResult, heldResult, suppressedResult } from './send-result';
import type { PersonInFlight, Settler } from './settler';
import { renderMessage } from './stages';
import { requireStorable } from './storable';

export interface PageSenderParts {
  store: Store;
  judging: Judging;
  settler: Settler;
  /** Writes the message of who comes without one. */
  render: CompiledTemplate | undefined;
  tracking: Tracking | undefined;
  /** Names the run in the ledger. */
  owner: string;
  leaseMs: number;
  now: () => Date;
  lanes: ReadonlyMap<GatewayType, Lane>;
}

interface Ready {
  flight: PersonInFlight;
  judged: Judged;
  device: Device;
  message: GatewayMessage;
  intent: DeliveryIntent;
}

/** The result of a leased message that never left: a later run may send it at once. */
export function neverLeft(id: string): GatewayResult {
  return { id, outcome: 'unavailable', code: 'cancelled', detail: 'The run was stopped before the message left.', attempts: 0 };
}

export class PageSender {
  constructor(private readonly parts: PageSenderParts) {}

  /** @param note told of everyone's verdict */
  async send(page: readonly Candidate[], note: (judged: Judged) => void = () => undefined): Promise<void> {
    const now = this.parts.now();
    const ready: Ready[] = [];
    // Who comes twice in one page; twice in a run, on whichever page, the ledger sees.
    const taken = new Set<string>();
    for (const judged of await this.parts.judging.page(page, now)) {
      note(judged);
      const { candidate, verdict } = judged;
      const name = nameOf(candidate);
      if (verdict.fate === 'suppressed') await this.suppress(judged, verdict.reason);
      else if (verdict.fate === 'held') await this.hold(judged, verdict.reason, verdict.until, verdict.since);
      else if (taken.has(name)) await this.suppress(judged, 'duplicate');
      else {
        try {
          ready.push(...this.prepare(judged, verdict, now));
          taken.add(name);
        } catch (thrown) {
          if (thrown instanceof RunStopper) throw thrown;
          await this.parts.settler.done(failedResult(candidate, asPushError(thrown)), judged);
        }
      }
    }
    this.markLeaving(ready);
    const decisions = await this.parts.store.lease(ready.map(({ intent }) => intent), { now, owner: this.parts.owner, leaseMs: this.parts.leaseMs });
    await this.dispatch(ready, decisions, now);
  }

  /** As many as their gateway takes at once are leased as leaving. */
  private markLeaving(ready: readonly Ready[]): void {
    const rooms = new Map([...this.parts.lanes].map(([type, lane]) => [type, lane.room]));
    for (const { device: { gateway }, intent } of ready) {
      const room = rooms.get(gateway) ?? 0;
      if (room > 0) intent.leaves = true;
      rooms.set(gateway, room - 1);
    }
  }

  private prepare(judged: Judged, { devices, since, silent }: Verdict & { fate: 'go' }, now: Date): Ready[] {
    const { candidate, rules, ttlSeconds } = judged;
    const item = pushState(candidate.item)['payload'] === undefined && this.parts.render !== undefined
      ? renderMessage(this.parts.render, candidate.item)
      : candidate.item;
    const { payload, arm } = pushState(item);
    if (!isJsonObject(payload)) {
      throw new PushError('no-message', 'The person has no message.',
        'Put the template step before, or write a title and a text in the send step.');
    }
    const flight: PersonInFlight = { judged, source: { ...candidate, item }, pending: 0, results: [] };
    const resendUnknown = rules.onUnknown === 'send-again';
    return devices.map((device): Ready => {
      const id = this.deliveryOf(candidate, device);
      return {
        flight,
        judged,
        device,
        message: deviceMessage(payload, device, id, this.parts.tracking, {
          now: now.getTime(), since, silent, mayRepeat: resendUnknown, ...(ttlSeconds !== undefined && { ttlSeconds }),
        }),
        intent: {
          ...candidate.message,
          id,
          arm: typeof arm === 'string' ? arm : null,
          category: rules.category,
          counts: rules.capped,
          ...(rules.capped && rules.caps.length > 0 && { caps: rules.caps }),
          ...(rules.capped && rules.gap !== undefined && { gap: rules.gap }),
          resendUnknown,
          gateway: device.gateway,
          platform: device.platform,
          device: tokenFingerprint(device.token),
        },
      };
    });
  }

  private deliveryOf({ message: { campaign, occurrence, recipient, key } }: Candidate, { token }: Device): string {
    return deliveryId(campaign, occurrence, recipient, token, key);
  }

  /** Hands over what the ledger lets go. A person of whom nothing may go is suppressed, or waits, for the ledger's reason. */
  private async dispatch(ready: readonly Ready[], decisions: readonly LeaseDecision[], leasedAt: Date): Promise<void> {
    const refused = new Map<PersonInFlight, Exclude<LeaseDecision, 'go'>>();
    ready.forEach(({ flight, device, intent }, index) => {
      const decision = decisions[index];
      if (decision === 'go') this.parts.settler.expect(intent.id, { flight, device, fingerprint: intent.device });
      else if (decision !== undefined) refused.set(flight, decision);
    });
    // Told apart before the first message goes, whose outcome may come at once.
    const stay = [...refused].filter(([{ pending }]) => pending === 0);
    const go = ready.filter((_, index) => decisions[index] === 'go');
    // The ledger says already that these leave: nobody makes them wait.
    await this.push(go.filter(({ intent }) => intent.leaves === true), leasedAt);
    for (const [{ judged }, decision] of stay) {
      if (typeof decision === 'string') await this.suppress(judged, decision);
      else await this.hold(judged, decision.waitsFor, decision.until, 'since' in judged.verdict ? judged.verdict.since : this.parts.now().getTime());
    }
    await this.push(go.filter(({ intent }) => intent.leaves !== true));
  }

  private async push(messages: readonly Ready[], leftAt?: Date): Promise<void> {
    for (const { device, message } of messages) {
      const queued = this.parts.lanes.get(device.gateway)?.push({ message, ...(leftAt && { leftAt }) });
      // Waits only where there is no room: what stands in the queue together is written down together as leaving.
      if (!(queued === true || await queued === true)) await this.parts.settler.settle(neverLeft(message.id));
    }
  }

  private suppress(judged: Judged, reason: SuppressionReason): Promise<void> | void {
    return this.parts.settler.done(suppressedResult(judged.candidate, reason), judged);
  }

  private hold(judged: Judged, reason: HoldingReason, until: number, since: number): Promise<void> | void {
    const { candidate: { message, fromReference, item }, candidate } = judged;
    try {
      requireStorable(item);
    } catch (thrown) {
      return this.parts.settler.done(failedResult(candidate, asPushError(thrown)), judged);
    }
    const end = new Date(until).toISOString();
    return this.parts.settler.hold(heldResult(candidate, reason, end), {
      ...message, until: end, since: new Date(since).toISOString(), reason, fromReference, item,
    });
  }
}
