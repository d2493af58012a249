/** Reads what an operator that asks something of the person takes. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { storableName } from '../names';
import type { CampaignResult, EventSelection, PersonTest, ReachConsent } from './condition';
import { readParts, type PartContext, type Parts } from './parts';
import { readJson, refuse } from './refusals';
import type { OperatorInfo } from './operators';

type Name = Exclude<PersonTest['operator'], '$anniversary' | '$inList'>;

/** @throws PushError `operand-invalid`, `unknown-event` */
export function parsePersonTest(operator: OperatorInfo, operand: unknown, context: PartContext): PersonTest {
  const name = (operator.opposite ?? operator.name) as Name;
  const parts = readParts(operator, operand, context);
  const wrong = (): PushError => refuse(operator, operand, context.place);
  switch (name) {
    case '$bucket': {
      const { salt, range } = parts;
      if (salt === undefined || range === undefined) throw wrong();
      return { operator: name, salt, from: range[0], to: range[1] };
    }
    case '$performed': {
      const count = parts.count ?? context.comparison?.({ $gte: 1 }, context.place);
      if (count === undefined) throw wrong();
      return { operator: name, events: selection(parts), count };
    }
    case '$firstPerformed':
    case '$lastPerformed':
      return { operator: name, events: selection(parts) };
    case '$spent': {
      const { amount, currency } = parts;
      if (amount === undefined || currency === undefined) throw wrong();
      return { operator: name, events: selection({ event: 'converted', ...parts }), amount, currency };
    }
    case '$reachable':
      return reach(parts, operator, context.place);
  }
}

function selection({ event = '', within, after, before, where }: Parts): EventSelection {
  const window = { ...(within !== undefined && { within }), ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
  return { event, window, ...(where !== undefined && { where }) };
}

function reach({ category, consent, ...parts }: Parts, { name, example }: OperatorInfo, place: string): PersonTest {
  if (consent !== undefined && category === undefined) {
    throw new PushError('operand-invalid', `At ${place}: 'consent' is asked for a category, and there is none.`,
      `Name the category: ${JSON.stringify(example)}.`, { place, operator: name });
  }
  const { gateway, platform, environment, permission, seenWithin } = parts;
  return {
    operator: '$reachable',
    devices: {
      ...(gateway !== undefined && { gateway }),
      ...(platform !== undefined && { platform }),
      ...(environment !== undefined && { environment }),
      ...(permission !== undefined && { permission }),
      ...(seenWithin !== undefined && { seenWithin }),
    },
    ...(category !== undefined && { category: storableName(category) }),
    consent: (consent ?? 'opted-in') as ReachConsent,
  };
}

/** What `$campaign` stands for. @throws PushError `operand-invalid` */
export function campaignCondition(operator: OperatorInfo, operand: unknown, context: PartContext): JsonObject {
  const { result, campaign, arm, occurrence } = readParts(operator, operand, context);
  const given = readJson(operand as JsonValue, context.place, 0);
  if (!isJsonObject(given)) throw refuse(operator, operand, context.place);
  const where = Object.fromEntries(Object.entries({ campaign, arm, occurrence }).flatMap(([name, value]) => (value === undefined ? [] : [[name, { $eq: value }]])));
  const pick = (...names: string[]): JsonObject => Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  const performed = (event: Exclude<CampaignResult, 'ignored'>, window: JsonObject): JsonObject =>
    ({ $performed: { event, ...window, ...(Object.keys(where).length > 0 && { where }) } });
  if (result !== 'ignored') return performed(result as Exclude<CampaignResult, 'ignored'>, pick('within', 'after', 'before'));
  // What was sent before an instant may be opened after it.
  const since = pick('within', 'after');
  return { $and: [performed('sent', pick('within', 'after', 'before')), { $nor: [performed('opened', since), performed('clicked', since)] }] };
}
