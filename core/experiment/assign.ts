/** Which arm a person is in. Nothing is stored: the draw is a pure function of the experiment's key and the id. */
import { PushError } from '../errors';
import { type Arm, armRanges } from './arms';
import { bucketOf } from './hash';

export interface Experiment {
  /** Seed of the draw: another key draws anew, the same key always draws alike. */
  key: string;
  /** 2 to 26, in a fixed order: changing the order or the weights moves people. A control group is an arm. */
  arms: readonly Arm[];
  /** Share of people who take part, 0 to 1; 1 if not given. */
  coverage?: number;
}

export interface Assignment {
  /** Null for a person outside the coverage. */
  arm: string | null;
  /** The person's place in [0, 1), in steps of 0.0001. */
  bucket: number;
}

/**
 * Checks an experiment once and returns the draw for many people.
 *
 * The id is hashed exactly as given, neither trimmed nor folded; the number 7 and the text '7' are the same person.
 * @throws PushError `no-experiment-key`, `bad-arms`, `bad-weight`, `weights-do-not-sum`, `bad-coverage`; the returned
 *   function throws `no-id` for null, undefined, an empty text, NaN and anything but a text or a number.
 */
export function compileExperiment(experiment: Experiment): (id: unknown) => Assignment {
  const { key, arms, coverage } = (experiment ?? {}) as Experiment;
  if (typeof key !== 'string' || key.trim() === '') {
    throw new PushError('no-experiment-key', 'The experiment has no key.',
      'Name the experiment, such as spring-2026; two experiments with one key draw the same people alike.');
  }
  const ranges = armRanges(arms, coverage);
  const bucketIn = bucketOf(key);
  return (id) => {
    const bucket = bucketIn(requireId(id));
    const range = ranges.find(({ from, to }) => bucket >= from && bucket < to);
    return { arm: range?.name ?? null, bucket };
  };
}

/** {@link compileExperiment} for one person. */
export function assignArm(experiment: Experiment, id: string | number): Assignment {
  return compileExperiment(experiment)(id);
}

function requireId(id: unknown): string {
  if (typeof id === 'string' && id.trim() !== '') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  throw new PushError('no-id', 'A person has no id, so that no arm can be drawn for them.',
    'Give each person a text or a number as id; it must stay the same from run to run.');
}
