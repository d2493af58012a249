/** What a connection test says to a person: that it works, or which of key, project, bundle, endpoint or network does not. */
import type { GatewayType } from '../recipient';
import type { CredentialCheck, GatewayResult } from './gateway';
import { classify } from './outcomes';

/**
 * @param result of a message to an impossible token
 * @param names what is right where the test succeeds, such as `the service account of project demo`
 */
export function checkWords(type: GatewayType, { detail = '', code, status }: GatewayResult, names: string, origin: string): CredentialCheck {
  if (classify(type, status, code).signedIn === true) {
    return { ok: true, message: `It works: ${names} is accepted at ${origin}. No phone was reached.` };
  }
  const facts = [origin, code, status].filter((fact) => fact !== undefined).join(', ');
  return { ok: false, message: `${detail} (${facts})` };
}
