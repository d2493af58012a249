/** May this person be sent to at all: the lists, their consent, their devices, and whether they were reached before. */
import type { ConsentState } from '../../recipient';
import type { Case, Policy, Rules } from './policy';

export const onList: Policy = (_rules, { person, standing }, plan) => (standing.suppressed.has(person.id) ? 'suppressed' : plan);

export const consent: Policy = (rules, one, plan) => (consents(rules, one) ? plan : 'no-consent');

export const devices: Policy = ({ gateways }, { person, standing }, plan) => {
  if (person.devices.length === 0) return 'no-device';
  const living = person.devices.filter(({ token }) => !standing.dead.has(token));
  if (living.length === 0) return 'device-dead';
  const permitted = living.filter(({ permission }) => permission !== 'denied');
  if (permitted.length === 0) return 'permission-denied';
  const reachable = permitted.filter(({ gateway }) => gateways.has(gateway));
  return reachable.length === 0 ? 'no-gateway' : { ...plan, devices: reachable };
};

export const once: Policy = (_rules, { reached }, plan) => (reached ? 'already-sent' : plan);

function consents({ category, consent: rule }: Rules, { person, standing }: Case): boolean {
  if (rule === 'none') return true;
  const stored = standing.consents.get(person.id)?.[category];
  // Who said no in either place has said no: an item may be older than an opt-out that came by event.
  const states: (ConsentState | undefined)[] = [stored, person.consent?.[category]];
  if (states.includes('opted-out')) return false;
  return rule === 'not-opted-out' || states.includes('opted-in');
}
