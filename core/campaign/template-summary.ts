/** What the template step did for its people: who got which language, which fields were missing, how the texts read. */
import { PushError, RunStopper } from '../errors';
import { hashBucket } from '../experiment';
import { CopyReport, type CopyReportJson, type Message } from '../template';
import { pushState, type Item } from './item';

export const COPY_MODES = ['off', 'warn', 'gate'] as const;
export type CopyMode = (typeof COPY_MODES)[number];

/** How the texts of a template step are checked. */
export interface CopyCheck {
  /** `warn` (if not given) tells, `gate` stops the run where there is a finding, `off` does not look. */
  mode?: CopyMode;
  /** Share of the people whose texts are looked at, the same ones in each run; 1 if not given. */
  sample?: number;
  /** A field that falls back for more than this share of people is a finding; 0.2 if not given. */
  fallbackShare?: number;
}

type Counts = Record<string, number>;

export interface TemplateSummaryJson {
  people: number;
  ready: number;
  /** By reason. */
  notWritten: Counts;
  /** By language of the texts; `none` where the template names none. */
  locales: Counts;
  /** By field of the person: for how many something stood in, and how many were not written to for want of it. */
  fields: Record<string, { fallback: number; missing: number }>;
  copy?: CopyReportJson;
}

const NO_LOCALE = 'none';

export class TemplateSummary {
  private readonly written: Counts = {};
  private readonly notWritten: Counts = {};
  private readonly fields = new Map<string, { fallback: number; missing: number }>();
  private readonly copy: CopyReport | undefined;
  private readonly sample: number;
  private people = 0;
  private ready = 0;

  /** @throws PushError `invalid-option` naming what is wrong in the check */
  constructor(private readonly check: CopyCheck = {}) {
    const { mode = 'warn', sample = 1, fallbackShare } = check;
    if (!COPY_MODES.includes(mode)) throw invalid('mode', `must be one of ${COPY_MODES.join(', ')}`);
    if (!isShare(sample)) throw invalid('sample', 'must be a share from 0 to 1');
    if (fallbackShare !== undefined && !isShare(fallbackShare)) throw invalid('fallbackShare', 'must be a share from 0 to 1');
    this.sample = sample;
    this.copy = mode === 'off' ? undefined : new CopyReport(fallbackShare === undefined ? {} : { fallbackShare });
  }

  /** A person as the template stage put them out. */
  add(item: Item): void {
    const { message, reason, missing } = pushState(item);
    this.people++;
    if (message === undefined || typeof reason === 'string') {
      count(this.notWritten, typeof reason === 'string' ? reason : 'unexpected');
      if (typeof missing === 'string') this.field(missing).missing++;
      return;
    }
    this.ready++;
    const { fallbacks = [], locale = NO_LOCALE } = message as Message & { fallbacks?: string[] };
    count(this.written, locale);
    for (const path of fallbacks) this.field(path).fallback++;
    this.look(message as Message, fallbacks, item['id']);
  }

  toJSON(): TemplateSummaryJson {
    return {
      people: this.people,
      ready: this.ready,
      notWritten: { ...this.notWritten },
      locales: { ...this.written },
      fields: Object.fromEntries(this.fields),
      ...(this.copy !== undefined && { copy: this.copy.toJSON() }),
    };
  }

  /** @throws RunStopper `copy-check-failed`, where the check is a gate and found something */
  hold(): void {
    if (this.check.mode !== 'gate') return;
    const { findings = [] } = this.copy?.toJSON() ?? {};
    if (findings.length === 0) return;
    const rules = findings.map(({ rule, field, share }) => `${field === undefined ? rule : `${rule} (${field})`} for ${percent(share)}`);
    throw new RunStopper('copy-check-failed', `The copy check stopped the run: ${rules.join(', ')} of the people.`,
      findings.map(({ rule, advice, examples }) => `${rule}: ${advice}${examples[0] === undefined ? '' : ` For example: ${examples[0].text}`}`).join('\n'),
      { rules: findings.map(({ rule }) => rule).join(' ') });
  }

  private look(message: Message, fallbacks: readonly string[], id: unknown): void {
    const name = typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
    if (this.copy === undefined || message.silent === true || message.voip === true) return;
    if (this.sample < 1 && hashBucket('copy-check', name ?? String(this.people)) >= this.sample) return;
    this.copy.add(message, fallbacks, name);
  }

  private field(path: string): { fallback: number; missing: number } {
    const known = this.fields.get(path);
    if (known !== undefined) return known;
    const made = { fallback: 0, missing: 0 };
    this.fields.set(path, made);
    return made;
  }
}

/** The same of stored people, whom a plan writes to only when it runs; of the last template that they pass. */
export class WrittenAudience {
  private summary: TemplateSummary | undefined;

  /** A person as a template stage put them out. @param check how that stage checks its texts; of several, the first one's */
  add(item: Item, check: CopyCheck | undefined): void {
    this.summary ??= new TemplateSummary(check);
    this.summary.add(item);
  }

  /** Undefined where no stored person was written to. */
  toJSON(): TemplateSummaryJson | undefined {
    return this.summary?.toJSON();
  }
}

/** A share in whole percent, as findings are told. */
export function percent(share: number): string {
  return `${share > 0 && share < 0.01 ? '<1' : Math.round(share * 100)} %`;
}

function count(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function invalid(option: string, problem: string): PushError {
  return new PushError('invalid-option', `The copy check's '${option}' ${problem}.`, 'Correct the option.', { field: `copyCheck.${option}` });
}
