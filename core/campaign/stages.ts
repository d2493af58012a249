/**
 * The stages of a campaign: segment, split, template. A stage is a JSON value; compiling it gives the function that
 * both ways of carrying people call, items one by one and a stored audience as a stream.
 */
import { asPushError, PushError, RunStopper } from '../errors';
import { compileExperiment, type Arm } from '../experiment';
import { isJsonObject, type JsonObject } from '../json';
import { DEFAULT_FIELDS, readPath, type FieldMap } from '../recipient';
import { compileTemplate, type CompiledTemplate, type FcmTarget, type Template, type TemplateOptions } from '../template';
import { requireItem, withPush, type Item, type Route } from './item';
import { appendStage, isAudienceReference } from './plan';
import { compileSegmentStage, type SegmentContext, type SegmentStage } from './segment-stage';
import { TemplateSummary, type CopyCheck } from './template-summary';

export interface SplitStage {
  /** Key of the experiment: the same key gives a person the same arm for ever. */
  key: string;
  /** 2 to 26 with the control counted; weights with the control's sum to 100 or to 1. */
  arms: readonly Arm[];
  /** Weight of the people held out, who get nothing and are measured all the same. */
  control?: number;
}

export interface TemplateStage extends Pick<TemplateOptions, 'missing' | 'missingByField' | 'defaults' | 'overflow' | 'reserveBytes'> {
  template: Template;
  /** How the texts are checked; of a stored audience, a gate looks at the first thousand people. */
  copyCheck?: CopyCheck;
}

export type Stage = { segment: SegmentStage } | { split: SplitStage } | { template: TemplateStage };

export interface CompiledStage {
  /** Names of the outputs. */
  outputs: readonly string[];
  /**
   * A person goes to one output, or with segments that match all to several; an audience reference goes to each output,
   * its plan one step longer.
   * @throws PushError for an item that is no person (`not-an-object`, `no-id`); the stage stays usable.
   */
  apply(item: Item): Route[];
  /** Where it is there: fetches what `apply` asks of these people; to be called before them, with some hundreds at a time. */
  prepare?(items: readonly Item[]): Promise<void>;
}

export interface StageContext extends SegmentContext {
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
  if ('segment' in stage) return compileSegment(stage.segment, context);
  if ('split' in stage) return compileSplitStage(stage.split, context);
  if ('template' in stage) return compileTemplateStage(stage.template, context);
  throw unknownStage();
}

function unknownStage(): PushError {
  return new PushError('unknown-stage', 'This is no stage of a campaign.', 'Use segment, split or template.');
}

/** Renders a person's message: what the template stage and a send step with its own text share. */
export function renderMessage(render: CompiledTemplate, item: Item): Item {
  const { message, fcm, apns, warnings, bytes, fallbacks } = render(item);
  return withPush(item, {
    message: {
      ...message, bytes: { ...bytes }, ...(warnings.length > 0 && { warnings: warnings.map((one) => ({ ...one })) }), ...(fallbacks !== undefined && { fallbacks }),
    } as JsonObject,
    payload: { ...(fcm !== undefined && { fcm }), ...(apns !== undefined && { apns }) } as JsonObject,
    // What an earlier template step could not do has no say any more.
    reason: undefined,
    why: undefined,
    missing: undefined,
  });
}

/** The template of a stage, compiled with its options. */
export function compileMessage({ template, copyCheck: _, ...options }: TemplateStage, now?: Date, fcmTarget: FcmTarget = 'device'): CompiledTemplate {
  return compileTemplate(template, { ...options, fcmTarget, ...(now !== undefined && { now }) });
}

function compileSegment(segment: SegmentStage, context: StageContext): CompiledStage {
  const { outputs, stage, route } = compileSegmentStage(segment, context);
  return compiled(outputs, stage, route);
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
    return [output === undefined
      ? { output: positions.size, item: withPush(item, { experiment: split.key, arm: CONTROL_ARM, bucket, heldOut: true }) }
      : { output, item: withPush(item, { experiment: split.key, arm: arm ?? undefined, bucket, heldOut: undefined }) }];
  });
}

function compileTemplateStage(stage: TemplateStage, { now }: StageContext): CompiledStage {
  const render = compileMessage(stage, now);
  // A mistake in the check is told before anyone is written to.
  new TemplateSummary(stage.copyCheck);
  return compiled(['ready', 'unwritable'], { template: { ...stage } as unknown as JsonObject }, (item) => {
    try {
      return [{ output: 0, item: renderMessage(render, item) }];
    } catch (thrown) {
      if (thrown instanceof RunStopper) throw thrown;
      const error = asPushError(thrown);
      const { code, message, fields: { path } } = error;
      return [{ output: 1, error, item: withPush(item, { reason: code, why: message, ...(code === 'missing-value' && { missing: String(path) }) }) }];
    }
  });
}

function compiled(outputs: readonly string[], stage: JsonObject, route: (item: Item) => Route[]): CompiledStage {
  return {
    outputs,
    apply(value) {
      const item = requireItem(value);
      if (!isAudienceReference(item)) return route(item);
      return outputs.map((name, output) => ({ output, item: appendStage(item, stage, name) }));
    },
  };
}
