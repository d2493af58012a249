/** What the protocols forbid in the fields of a message, as one table; each refusal names the field. */
import { PushError } from '../errors';
import type { TextField } from './template';

/** APNs refuses longer ones (BadCollapseId). */
export const LONGEST_COLLAPSE_ID_BYTES = 64;
/** FCM's longest time to live, four weeks, in seconds. APNs keeps for 30 days. */
export const LONGEST_TTL_SECONDS = 2_419_200;
export const MOST_BUTTONS = 3;

/** A rule says what is wrong with a text, or nothing. */
type Rule = (text: string) => { problem: string; hint: string } | undefined;

/** Schemes that run code, read the phone's files or hand the choice of the app to the text. */
const FORBIDDEN_SCHEMES = new Set([
  'javascript', 'vbscript', 'data', 'file', 'filesystem', 'blob', 'content', 'about', 'view-source', 'intent', 'jar', 'ws', 'wss', 'ftp',
]);

function linkRule(text: string): ReturnType<Rule> {
  const hint = "Use https://..., or the scheme of your app such as 'shop://basket'; put {{urlEncode ...}} around values.";
  // eslint-disable-next-line no-control-regex
  if (/[\s\u0000-\u001f\u007f]/.test(text)) return { problem: 'holds a space or a control character', hint };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  const url = parseUrl(text);
  if (scheme === undefined || url === undefined) return { problem: 'is not a complete address', hint };
  if (FORBIDDEN_SCHEMES.has(scheme)) return { problem: `has the forbidden scheme '${scheme}:'`, hint };
  if (scheme === 'http' && !isLoopback(url.hostname)) return { problem: 'is not encrypted (http:)', hint };
  return undefined;
}

function imageRule(text: string): ReturnType<Rule> {
  const url = /\s/.test(text) ? undefined : parseUrl(text);
  if (url?.protocol === 'https:') return undefined;
  return { problem: 'is not an https address', hint: 'Phones load pictures over https:// only.' };
}

function collapseIdRule(text: string): ReturnType<Rule> {
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_COLLAPSE_ID_BYTES) {
    return { problem: `is ${bytes} bytes long; APNs takes ${LONGEST_COLLAPSE_ID_BYTES}`, hint: 'Use a shorter id.' };
  }
  // It travels in an HTTP header.
  if (!/^[\x21-\x7e]+( +[\x21-\x7e]+)*$/.test(text)) {
    return { problem: 'holds other characters than plain ASCII', hint: 'Use letters, digits and signs.' };
  }
  return undefined;
}

function analyticsLabelRule(text: string): ReturnType<Rule> {
  if (/^[a-zA-Z0-9\-_.~%]{1,50}$/.test(text)) return undefined;
  return { problem: 'is not 1 to 50 of the characters a-z A-Z 0-9 - _ . ~ %', hint: 'FCM takes no other label.' };
}

export const FIELD_RULES: { readonly [field in TextField]?: Rule } = {
  link: linkRule,
  image: imageRule,
  collapseId: collapseIdRule,
  analyticsLabel: analyticsLabelRule,
  webIcon: imageRule,
};

/** Data keys that FCM keeps for itself, that APNs does, and those under which the message's own parts travel. */
const RESERVED_KEYS: Readonly<Record<string, string>> = {
  from: 'FCM keeps it for itself',
  message_type: 'FCM keeps it for itself',
  aps: "it is Apple's own part of the payload",
  deliveryToken: 'it carries the tracking of the delivery',
  eventsUrl: 'it carries the tracking of the delivery',
  link: "use the field 'link' of the template",
  image: "use the field 'image' of the template",
  category: "use the field 'category' of the template",
  buttons: "use the field 'buttons' of the template",
  badgeIncrease: "use the field 'badge' of the template",
};

/** @throws PushError `forbidden-value` for a data key that a gateway refuses or that would hide a part of the message */
export function checkDataKey(key: string, field: string): void {
  const reserved = Object.hasOwn(RESERVED_KEYS, key) ? RESERVED_KEYS[key] : undefined;
  const why = reserved
    ?? (/^(google|gcm)/i.test(key) ? 'FCM keeps keys that begin with google or gcm' : undefined)
    ?? (key.trim() === '' ? 'a key must have a name' : undefined)
    ?? (isName(key) ? undefined : 'it is no name for data');
  if (why === undefined) return;
  throw new PushError('forbidden-value', `${field.toWellFormed()}: the data key '${key.toWellFormed()}' is reserved: ${why}.`, 'Give it another name.', { field });
}

/** False for what would become a prototype, and for half of a pair of UTF-16 units, which no JSON in UTF-8 can hold. */
export function isName(key: string): boolean {
  return key !== '__proto__' && key.isWellFormed();
}

/**
 * @param field its name in errors (`link`, `buttons[0].link`)
 * @throws PushError `forbidden-value`
 */
export function checkText(rule: Rule | undefined, text: string, field: string): void {
  const broken = rule?.(text);
  if (broken === undefined) return;
  throw new PushError('forbidden-value', `${field} ${broken.problem}.`, broken.hint, { field });
}

/** True for this machine's own addresses, where test set-ups listen without TLS. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
