/** Takes the events of one campaign, each once, and keeps what is known of each person. */
import type { KpiEvent } from './event';
import { Person, type PhoneEventType } from './person';

/** One pass; memory grows with people, their deliveries and the events of their phones, never with repetitions. */
export class CampaignTally {
  readonly people = new Map<string, Person>();
  /** Deliveries, and whether one was accepted in any attempt. */
  private readonly deliveries = new Map<string, boolean>();
  /** Identities of events of phones. */
  private readonly seen = new Set<string>();

  add(event: KpiEvent): void {
    const person = this.person(event.recipient);
    const at = Date.parse(event.at);
    person.noteArm(event, at);
    switch (event.type) {
      case 'assigned':
        person.known = true;
        return;
      case 'suppressed':
        person.known = true;
        return person.noteSuppression(event, at);
      case 'accepted':
      case 'failed':
        person.known = true;
        return this.addDelivery(person, event, at);
      default:
        return this.addPhoneEvent(person, event.type, event, at);
    }
  }

  private person(id: string): Person {
    let person = this.people.get(id);
    if (person === undefined) this.people.set(id, (person = new Person()));
    return person;
  }

  /** A delivery that failed in one run and was accepted in another is one accepted delivery. */
  private addDelivery(person: Person, event: KpiEvent, at: number): void {
    const accepted = event.type === 'accepted';
    if (accepted) person.noteAcceptance(event, at);
    const key = messageOf(event);
    const before = this.deliveries.get(key);
    if (before === undefined) person.attempted++;
    if (accepted && before !== true) person.accepted++;
    if (before === undefined || (accepted && !before)) this.deliveries.set(key, accepted);
  }

  private addPhoneEvent(person: Person, type: PhoneEventType, event: KpiEvent, at: number): void {
    const identity = JSON.stringify([messageOf(event), type, event.id ?? event.action ?? '']);
    if (type === 'received') person.noteReceipt(event);
    const repeated = this.seen.has(identity);
    if (type === 'converted' || type === 'unsubscribed') person.noteConsequence(identity, repeated, { ...event, type }, at);
    if (repeated) return;
    this.seen.add(identity);
    person.events[type]++;
  }
}

/** The message that an event speaks of: its delivery, or else the person in this occurrence. */
function messageOf({ delivery, recipient, occurrence }: KpiEvent): string {
  return delivery === undefined ? JSON.stringify([recipient, occurrence ?? null]) : `d${delivery}`;
}
