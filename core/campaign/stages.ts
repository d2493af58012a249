/**
 * The stages of a campaign: segment, split, template. A stage is a JSON value; compiling it gives the function that
 * both ways of carrying people call, items one by one and a stored audience as a stream.
 */
import { asPushError, PushError } from '../errors';
import { compileExperiment, type Arm } from '../experiment';
import { isJsonObject, type JsonObject } from '../json';
import { DEFAULT_FIELDS, readPath, type FieldMap } from '../recipient';
import { compileSegment } from '../segment';
import { compileTemplate, type CompiledTemplate, type Template, type TemplateOptions } from '../template';
import { requireItem, withPush, type Item } from './item';
import { appendStage, isAudienceReference } from './plan';

export interface SegmentStage {
  condition: JsonObject;
}

export interface SplitStage {
  /** Key of the experiment: the same key gives a person the same arm for ever. */
  key: string;
  /** 2 to 26 with the control counted; weights with the control's sum to 100 or to 1. */
  arms: readonly Arm[];
  /** Weight of the people held out, who get nothing and are measured all the same. */
  control?: number;
}

export interface TemplateStage extends Pick<TemplateOptions, 'missing' | 'defaults' | 'overflow' | 'reserveBytes'> {
  template: Template;
}

export type Stage = { segment: SegmentStage } | { split: SplitStage } | { template: TemplateStage };

/** Where an item goes: the position of an output and the item with what the stage wrote. */
export interface Route {
  output: number;
  item: Item;
}

export interface CompiledStage {
  /** Names of the outputs. */
  outputs: readonly string[];
  /**
   * A person goes to one output; an audience reference to each of them, its plan one step longer.
   * @throws PushError for an item that is no person (`not-an-object`, `no-id`); the stage stays usable.
   */
  apply(item: Item): Route[];
}

export interface StageContext {
  now?: Date;
  /** Where the person's id stands, for the split. */
  fields?: FieldMap;
}

/** Name of the arm of held-out people in figures. */
export const CONTROL_ARM = 'control';
export const HELD_OUT_OUTPUT = 'heldOut';

/**
 * Reads and compiles a stage once.
 * @throws PushError that names what is wrong in the condition, the arms or the template.
 */
export function compileStage(stage: Stage, context: StageContext = {}): CompiledStage {
  if (!isJsonObject(stage as unknown)) throw unknownStage();
  if ('segment' in stage) return compileSegmentStage(stage.segment, context);
  if ('split' in stage) return compileSplitStage(stage.split, context);
  if ('template' in stage) return compileTemplateStage(stage.template, context);
  throw unknownStage();
}

function unknownStage(): PushError {
  return new PushError('unknown-stage', 'This is no stage of a campaign.', 'Use segment, split or template.');
}

/** Renders a person's message: what the template stage and a send step with its own text share. */
export function renderMessage(render: CompiledTemplate, item: Item): Item {
  const { message, fcm, apns, warnings, bytes } = render(item);
  return withPush(item, {
    message: { ...message, bytes: { ...bytes }, ...(warnings.length > 0 && { warnings: warnings.map((one) => ({ ...one })) }) } as JsonObject,
    payload: { ...(fcm !== undefined && { fcm }), ...(apns !== undefined && { apns }) } as JsonObject,
  });
}

/** The template of a stage, compiled with its options. */
export function compileMessage({ template, ...options }: TemplateStage, now?: Date): CompiledTemplate {
  return compileTemplate(template, { ...options, ...(now !== undefined && { now }) });
}

function compileSegmentStage(segment: SegmentStage, { now }: StageContext): CompiledStage {
  if (!isJsonObject(segment) || !isJsonObject(segment.condition)) {
    throw new PushError('no-condition', 'The segment has no condition.', 'Give a condition such as { "country": "FR" }.');
  }
  const matches = compileSegment(segment.condition, now === undefined ? {} : { now });
  return compiled(['matched', 'notMatched'], { segment: { condition: segment.condition } }, (item) => ({
    output: matches(item) ? 0 : 1,
    item,
  }));
}

function compileSplitStage(split: SplitStage, { fields }: StageContext): CompiledStage {
  if (!isJsonObject(split as unknown)) throw unknownStage();
  const control = split.control ?? 0;
  // A list or a weight that is none is told by the experiment; only 0 is no control.
  const arms: Arm[] = Array.isArray(split.arms) ? [...split.arms] : [];
  const named = arms.find((arm) => (arm?.name === CONTROL_ARM && control !== 0) || arm?.name === HELD_OUT_OUTPUT);
  if (named !== undefined) {
    throw new PushError('control-named-twice', `An arm is named '${named.name}', which is the name of the held-out people.`,
      'Give the arm another name.');
  }
  const assign = compileExperiment({ key: split.key, arms: control === 0 ? arms : [...arms, { name: CONTROL_ARM, weight: control }] });
  const idField = fields?.id ?? DEFAULT_FIELDS.id;
  const positions = new Map(arms.map(({ name }, index) => [name, index]));
  const stage: JsonObject = {
    split: { key: split.key, arms: arms.map((arm) => ({ ...arm })), ...(control !== 0 && { control }) },
  };
  return compiled([...positions.keys(), HELD_OUT_OUTPUT], stage, (item) => {
    const { arm, bucket } = assign(readPath(item, idField) as string);
    const output = arm === null ? undefined : positions.get(arm);
    return output === undefined
      ? { output: positions.size, item: withPush(item, { experiment: split.key, arm: CONTROL_ARM, bucket, heldOut: true }) }
      : { output, item: withPush(item, { experiment: split.key, arm: arm ?? undefined, bucket, heldOut: undefined }) };
  });
}

function compileTemplateStage(stage: TemplateStage, { now }: StageContext): CompiledStage {
  const render = compileMessage(stage, now);
  return compiled(['ready', 'unwritable'], { template: { ...stage } as JsonObject }, (item) => {
    try {
      return { output: 0, item: renderMessage(render, item) };
    } catch (thrown) {
      const { code, message } = asPushError(thrown);
      return { output: 1, item: withPush(item, { reason: code, why: message }) };
    }
  });
}

function compiled(outputs: readonly string[], stage: JsonObject, route: (item: Item) => Route): CompiledStage {
  return {
    outputs,
    apply(value) {
      const item = requireItem(value);
      if (!isAudienceReference(item)) return [route(item)];
      return outputs.map((name, output) => ({ output, item: appendStage(item, stage, name) }));
    },
  };
}
