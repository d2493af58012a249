/**
 * What the panel calls the parts of a condition that was filled in as rows. The rows become JSON, and core says where in it
 * something is wrong; who filled in rows has never seen that JSON.
 */
import { PushError, type ErrorFields, type JsonObject } from '../../core';

export interface PanelPart {
  /** `Condition 2`, `Rule 'Did Something', Count`. */
  name: string;
  /** JSON can be written into it: the place inside is said too. */
  json?: boolean;
}

/** A condition, and by their places in it the parts that have a name in the panel; a part follows what it is a part of. */
export interface PanelCondition {
  condition: JsonObject;
  names: ReadonlyMap<string, PanelPart>;
}

/** Conditions as one, in which their parts are found again. */
export function joined(operator: '$and' | '$or', parts: readonly PanelCondition[]): PanelCondition {
  return {
    condition: { [operator]: parts.map(({ condition }) => condition) },
    names: new Map(parts.flatMap(({ names }, index) =>
      [...names].map(([place, part]) => [[`${operator}[${index}]`, place].filter((one) => one !== '').join('.'), part] as const))),
  };
}

/** The error with the name of the part in place of where it stands in the JSON; one that is about no part stays as it is. */
export function inPanelWords(thrown: unknown, names: PanelCondition['names']): unknown {
  if (!(thrown instanceof PushError)) return thrown;
  const { code, message, hint, fields } = thrown;
  const place = placeOf(fields);
  const [start, part] = [...names].findLast(([one]) => place.startsWith(one) && /^(?:$|[.[(])/.test(place.slice(one.length))) ?? [];
  if (start === undefined || part === undefined) return thrown;
  const inside = part.json === true ? place.slice(start.length).replace(/^\./, '') : '';
  const name = inside === '' ? part.name : `${part.name}, ${inside}`;
  const said = message.includes(place) ? message.replace(place, () => name) : `${name}: ${message}`;
  return new PushError(code, said, hint, fields, { cause: thrown });
}

function placeOf({ place }: ErrorFields): string {
  return typeof place === 'string' ? place : '';
}
