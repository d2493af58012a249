/** Writes the state of a Live Activity for one person: JSON whose texts are templates. */
import { PushError } from '../errors';
import type { JsonObject, JsonValue } from '../json';
import type { CompiledValue } from './language/compile';
import type { Run } from './language/run';
import type { LiveActivity, LiveActivityTemplate } from './template';

type WriteJson = (run: Run) => JsonValue;

/**
 * @param compile compiles one text of the template and notes the fields that it names
 * @throws PushError `template-syntax`
 */
export function compileLiveActivity(
  template: LiveActivityTemplate, compile: (text: string, field: string) => CompiledValue,
): (run: Run) => LiveActivity {
  const { contentState, attributes, ...fixed } = template;
  const writeState = compileJson(contentState, 'liveActivity.contentState', compile);
  const writeAttributes = attributes === undefined ? undefined : compileJson(attributes, 'liveActivity.attributes', compile);
  return (run) => {
    if (run.now === undefined) {
      throw new PushError('invalid-option', 'A Live Activity needs the present (options.now).', 'Hand over the time.', { field: 'now' });
    }
    return {
      ...fixed,
      at: Math.floor(run.now.getTime() / 1000),
      contentState: writeState(run) as JsonObject,
      ...(writeAttributes !== undefined && { attributes: writeAttributes(run) as JsonObject }),
    };
  };
}

function compileJson(value: JsonValue | undefined, field: string, compile: (text: string, field: string) => CompiledValue): WriteJson {
  if (typeof value === 'string') return compile(value, field).evaluate;
  if (Array.isArray(value)) {
    const entries = value.map((entry, index) => compileJson(entry, `${field}[${index}]`, compile));
    return (run) => entries.map((write) => write(run));
  }
  if (typeof value !== 'object' || value === null) return () => value ?? null;
  const entries = Object.entries(value).map(([key, entry]) => [key, compileJson(entry, `${field}.${key}`, compile)] as const);
  return (run) => Object.fromEntries(entries.map(([key, write]) => [key, write(run)]));
}

