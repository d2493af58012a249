/** The border for Live Activities: what Apple asks of each event, and a state that is plain JSON. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { invalid, oneOf, record, refuseUnknown, wholeNumber, type Fields } from './parse-fields';
import { isName, LONGEST_TTL_SECONDS } from './rules';
import { ACTIVITY_EVENTS, type LiveActivityTemplate } from './template';

const FIELDS = ['event', 'contentState', 'attributesType', 'attributes', 'staleAfterSeconds', 'dismissAfterSeconds'];
/** Apple takes a Live Activity off the lock screen after four hours whatever is asked. */
const LONGEST_SHOWN_SECONDS = 4 * 3600;
const DEEPEST = 10;

/** @throws PushError `invalid-template` naming the field */
export function parseLiveActivity(value: unknown, field: string): LiveActivityTemplate {
  const fields = record(value, field);
  refuseUnknown(fields, FIELDS, `${field}.`);
  const event = oneOf(ACTIVITY_EVENTS)(fields['event'], `${field}.event`) as LiveActivityTemplate['event'];
  const optional = <T>(name: string, read: (value: unknown, field: string) => T): Partial<Record<string, T>> =>
    (fields[name] === undefined || fields[name] === null ? {} : { [name]: read(fields[name], `${field}.${name}`) });
  return {
    event,
    contentState: state(fields['contentState'], `${field}.contentState`),
    ...startFields(event, fields, field),
    ...optional('staleAfterSeconds', wholeNumber(1, LONGEST_TTL_SECONDS)),
    ...(event === 'end' ? optional('dismissAfterSeconds', wholeNumber(0, LONGEST_SHOWN_SECONDS)) : forbid(fields, ['dismissAfterSeconds'], field, 'end')),
  };
}

function startFields(event: string, fields: Fields, field: string): Pick<LiveActivityTemplate, 'attributesType' | 'attributes'> {
  if (event !== 'start') return forbid(fields, ['attributesType', 'attributes'], field, 'start');
  const type = fields['attributesType'];
  if (typeof type !== 'string' || !/^\w{1,200}$/.test(type)) throw invalid(`${field}.attributesType`, "must name the app's ActivityAttributes type");
  return { attributesType: type, attributes: state(fields['attributes'], `${field}.attributes`) };
}

function forbid(fields: Fields, names: readonly string[], field: string, event: string): object {
  const name = names.find((one) => fields[one] !== undefined && fields[one] !== null);
  if (name !== undefined) throw invalid(`${field}.${name}`, `belongs to the event '${event}' alone`);
  return {};
}

function state(value: unknown, field: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(field, 'must be an object with fields');
  checkJson(value, field, DEEPEST);
  return value;
}

function checkJson(value: unknown, field: string, depth: number): asserts value is JsonValue {
  if (depth === 0) throw invalid(field, `is nested deeper than ${DEEPEST}`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return;
  if (Array.isArray(value)) return value.forEach((entry, index) => checkJson(entry, `${field}[${index}]`, depth - 1));
  if (!isJsonObject(value)) throw invalid(field, 'is no value of JSON');
  for (const [key, entry] of Object.entries(value)) {
    if (!isName(key)) throw new PushError('forbidden-value', `${field}: '${key.toWellFormed()}' is no name for data.`, 'Give it another name.', { field });
    checkJson(entry, `${field}.${key}`, depth - 1);
  }
}
