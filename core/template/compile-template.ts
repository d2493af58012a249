/** Template + options -> the function that writes the message of one person. Pure: the present comes in as an option. */
import { asPushError, PushError } from '../errors';
import { isTimezone, type GatewayType } from '../recipient';
import { excess, makePayloads, refuseTooLarge, shortenBody, type Payloads } from './budget';
import { payloadLimits, type Limits } from './limits';
import { FormatCache } from './language/formats';
import { MOST_TURNS, type Run } from './language/run';
import { ownProperty } from './language/scope';
import { localeChooser, type LocaleChoice } from './locale';
import { compileWriter, type Writer } from './message';
import { parseOptions } from './parse-options';
import { parseTemplate, type ParsedTemplate } from './parse-template';
import type {
  CompiledTemplate, Message, PersonalizedMessage, Template, TemplateOptions, TemplateTexts, TemplateWarning,
} from './template';
import { findWarnings } from './warnings';

const FALLBACK_TIMEZONE = 'UTC';

/**
 * Compiles a template once for many people.
 *
 * @returns a function over a person in the flat view. It throws a PushError for a person who cannot be written to
 *   (`missing-value`, `message-withdrawn`, `bad-value`, `forbidden-value`, `payload-too-large`, ...) and stays usable.
 * @throws PushError for a mistake in the template or the options, naming the field: `invalid-template`,
 *   `template-syntax` (with line and column), `forbidden-value`, `nothing-to-show`, `invalid-option`
 */
export function compileTemplate(template: Template, options: TemplateOptions = {}): CompiledTemplate {
  const parsed = parseTemplate(template);
  const settings = parseOptions(options);
  const { common, byLocale } = compileWriters(parsed);
  const finishing = finishingRules(parsed, settings);
  const choose = localeChooser(parsed.locales.map(({ tag }) => tag), parsed.defaultLocale);
  const formats = new FormatCache();
  const zones = new FormatCache();

  const personalize = (view: object): PersonalizedMessage => {
    const choice = choose(ownProperty(view, 'locale'));
    const zone = ownProperty(view, 'timezone');
    const timezone = typeof zone === 'string' ? zones.get(zone, () => (isTimezone(zone) ? zone : FALLBACK_TIMEZONE)) : FALLBACK_TIMEZONE;
    const writer = byLocale[choice.entry] ?? common;
    const run: Run = {
      view, field: '', locale: choice.formatLocale, timezone, now: settings.now, missing: settings.missing, formats,
      turnsLeft: MOST_TURNS, standIns: [], fragments: writer.fragments,
    };
    return finish(writer.write(run), choice, run, finishing);
  };
  return (view) => {
    if (typeof view !== 'object' || (view as unknown) === null) {
      throw new PushError('not-an-object', 'A person must be an object with fields.', 'Hand over one object a person.');
    }
    try {
      return personalize(view);
    } catch (thrown) {
      throw asPushError(thrown);
    }
  };
}

/**
 * The fields of a person that a template names, in the order of their first use: `firstName`, `order.city`,
 * `items[].name` for what a loop reads.
 * @throws PushError as {@link compileTemplate} does for a mistake in the template
 */
export function templateVariables(template: Template): string[] {
  const { common, byLocale } = compileWriters(parseTemplate(template));
  return [...new Set([common, ...byLocale].flatMap(({ variables }) => [...variables]))];
}

function compileWriters({ common, settings, locales }: ParsedTemplate): { common: Writer; byLocale: Writer[] } {
  return {
    common: compileWriter(common, settings, (field) => field),
    byLocale: locales.map(({ tag, texts }) => {
      const isOwn = (field: string): boolean => Object.hasOwn(texts, field.split(/[.[]/)[0] ?? field);
      return compileWriter(overlay(common, texts), settings, (field) => (isOwn(field) ? `locales.${tag}.${field}` : field));
    }),
  };
}

/** A language's own texts over the common ones; data entry by entry, the list of buttons as one. */
function overlay(common: TemplateTexts, own: TemplateTexts): TemplateTexts {
  const merged = { ...common, ...own };
  if (common.data !== undefined && own.data !== undefined) merged.data = { ...common.data, ...own.data };
  if (common.fragments !== undefined && own.fragments !== undefined) merged.fragments = { ...common.fragments, ...own.fragments };
  return merged;
}

interface Finishing {
  gateways: ReadonlySet<GatewayType>;
  limits: Limits;
  shorten: boolean;
}

/** @throws PushError `invalid-option` for a Live Activity that is not to go over APNs */
function finishingRules({ settings: { voip, liveActivity } }: ParsedTemplate, options: ReturnType<typeof parseOptions>): Finishing {
  const { reserveBytes, fcmTarget, shorten } = options;
  const { fcm, apns } = payloadLimits({ voip, topic: fcmTarget === 'topic' });
  if (liveActivity !== undefined && !options.gateways.has('apns')) {
    throw new PushError('invalid-option', 'A Live Activity goes over APNs alone.', "Let 'gateways' name apns.", { field: 'gateways' });
  }
  return {
    gateways: liveActivity === undefined ? options.gateways : new Set(['apns']),
    limits: { fcm: fcm - reserveBytes, apns: apns - reserveBytes },
    shorten,
  };
}

function finish(written: Message, { textLocale }: LocaleChoice, run: Run, rules: Finishing): PersonalizedMessage {
  let message = written;
  if (textLocale !== undefined) message.locale = textLocale;
  const warnings = findWarnings(message);
  const told = new Set<string>();
  for (const { field, path, by } of run.standIns) {
    // A loop meets the same path again and again.
    if (by !== 'options' || told.has(`${field} ${path}`)) continue;
    told.add(`${field} ${path}`);
    warnings.push({ code: 'fallback-used', field, message: `A stand-in was used for '${path}'.` });
  }
  let payloads = makePayloads(message, rules.gateways);
  if (excess(payloads, rules.limits) > 0) {
    ({ message, payloads } = shorten(message, payloads, rules, warnings));
  }
  const { fcm, apns, bytes } = payloads;
  const result: PersonalizedMessage = { message, ...(fcm !== undefined && { fcm }), ...(apns !== undefined && { apns }), warnings, bytes };
  if (run.standIns.length > 0) result.fallbacks = [...new Set(run.standIns.map(({ path }) => path))];
  return result;
}

function shorten(
  message: Message, payloads: Payloads, { shorten: allowed, gateways, limits }: Finishing, warnings: TemplateWarning[],
): { message: Message; payloads: Payloads } {
  if (!allowed) refuseTooLarge(payloads, limits, "Shorten the texts or the data, or set overflow to 'shorten'.");
  const body = shortenBody(message, gateways, limits);
  if (body === undefined) {
    refuseTooLarge(payloads, limits, 'Even without its body it does not fit: shorten the title, the link or the data.');
  }
  const shorter = { ...message, body };
  const made = makePayloads(shorter, gateways);
  if (excess(made, limits) > 0) refuseTooLarge(made, limits, 'Shorten the texts or the data.');
  warnings.push({ code: 'shortened', field: 'body', message: `The body was cut to fit into ${Math.min(limits.fcm, limits.apns)} bytes.` });
  return { message: shorter, payloads: made };
}
