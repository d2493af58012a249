/** Errors of PostgreSQL and of the way to it, in words. No password stands in them. */
import { PushError } from '../../errors';

interface Explanation {
  code: string;
  message: (place: string, reason: string) => string;
  hint: string;
}

const UNREACHABLE: Explanation = {
  code: 'postgres-unreachable',
  message: (place, reason) => `PostgreSQL cannot be reached at ${place}: ${reason}.`,
  hint: 'Check host and port, and that the server runs and listens to this machine.',
};
const LOGIN_REFUSED: Explanation = {
  code: 'postgres-login-refused',
  message: (place, reason) => `PostgreSQL at ${place} refuses the login: ${reason}.`,
  hint: 'Check user, password and database; pg_hba.conf says who may log in from where.',
};
const TLS: Explanation = {
  code: 'postgres-tls',
  message: (place, reason) => `The encrypted connection to ${place} failed: ${reason}.`,
  hint: 'Match the SSL setting to the server; for a certificate of your own give its authority.',
};
const NO_RIGHTS: Explanation = {
  code: 'postgres-no-rights',
  message: (place, reason) => `The user may not do this at ${place}: ${reason}.`,
  hint: 'Let the user create a schema in the database: GRANT CREATE ON DATABASE ... TO ...',
};
const UPGRADING: Explanation = {
  code: 'store-upgrading',
  message: (place) => `Another process has kept the store in PostgreSQL at ${place} locked, perhaps to bring it up to date.`,
  hint: 'Wait until that process is done, or end it if it does something else; then try again.',
};
const FULL: Explanation = {
  code: 'store-full',
  message: (place, reason) => `PostgreSQL at ${place} cannot write any more: ${reason}.`,
  hint: 'Make room on the disk of the server, then run the campaign again: it goes on where it stopped.',
};

/** By SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) or by Node's code. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: UNREACHABLE, ENOTFOUND: UNREACHABLE, EAI_AGAIN: UNREACHABLE, EHOSTUNREACH: UNREACHABLE, ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE, ECONNRESET: UNREACHABLE, EPIPE: UNREACHABLE, '57P01': UNREACHABLE, '57P02': UNREACHABLE, '57P03': UNREACHABLE, '53300': UNREACHABLE,
  '28P01': LOGIN_REFUSED, '28000': LOGIN_REFUSED, '3D000': LOGIN_REFUSED,
  '42501': NO_RIGHTS, '25006': NO_RIGHTS,
  '53100': FULL,
  '55P03': UPGRADING, // Only bringing the schema up to date sets a limit to its waiting for locks.
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS, SELF_SIGNED_CERT_IN_CHAIN: TLS, UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS, CERT_HAS_EXPIRED: TLS, ERR_TLS_CERT_ALTNAME_INVALID: TLS,
};

/** The driver's own words where it gives no code. */
const BY_WORDS: readonly (readonly [RegExp, Explanation])[] = [
  [/does not support SSL|SSL/i, TLS],
  [/timeout|terminated|ended unexpectedly/i, UNREACHABLE],
  [/password must be a string|SASL/i, LOGIN_REFUSED],
];

/** What is not in the table is a mistake of ours and stays as it is. Errors of a file, too, name their place as `path`. */
export function explain(thrown: unknown, place: string): unknown {
  if (thrown instanceof PushError) return thrown;
  const { code, message: reason } = firstOf(thrown);
  const found = code === undefined ? BY_WORDS.find(([words]) => words.test(reason))?.[1] : EXPLANATIONS[code];
  if (found === undefined) return thrown;
  return new PushError(found.code, found.message(place, reason), found.hint, { place, path: place, reason }, { cause: thrown });
}

/** A host with several addresses fails once for each: an AggregateError, which has no words of its own. */
function firstOf(thrown: unknown): { code?: string; message: string } {
  const { errors } = thrown as { errors?: unknown };
  const { code, message } = (Array.isArray(errors) ? errors[0] : thrown) as { code?: string; message?: string };
  return { message: message ?? String(thrown), ...(code !== undefined && { code }) };
}
