/** What the copy rules say of the texts of a whole audience; memory does not grow with it. */
import type { Message } from '../template';
import { countGraphemes, firstGraphemes } from '../graphemes';
import { LINT_LANGUAGES, type LintLanguage } from './readability';
import { COPY_RULES } from './rules';
import { SURFACES } from './surfaces';

export interface CopyOptions {
  /** A field that falls back for more than this share of people is a finding; 0.2 if not given. */
  fallbackShare?: number;
}

export interface CopyExample {
  /** Whom it was written to, where the caller says so. */
  id?: string;
  text: string;
}

export interface CopyFinding {
  rule: string;
  /** The field of the person that falls back, for the rule `fallbacks`. */
  field?: string;
  people: number;
  share: number;
  advice: string;
  examples: CopyExample[];
}

/** Lengths in characters as people see them; percentiles by the nearest rank. */
export interface Lengths {
  p50: number;
  p95: number;
  max: number;
}

export interface CopyReportJson {
  /** Messages that were looked at. */
  people: number;
  lengths: { title?: Lengths; body?: Lengths };
  surfaces: { surface: string; field: 'title' | 'body'; characters: number; cut: number; share: number }[];
  findings: CopyFinding[];
}

export const FALLBACK_SHARE = 0.2;
const FALLBACK_ADVICE = 'Most people should have what the text is built on: leave the field out, or split the audience.';
const MOST_EXAMPLES = 3;
const LONGEST_EXAMPLE = 160;
/** Lengths beyond count as this one. */
const LONGEST_COUNTED = 4096;

interface Tally {
  people: number;
  examples: CopyExample[];
}

export class CopyReport {
  private people = 0;
  private readonly tallies = new Map<string, Tally>();
  private readonly fallbacks = new Map<string, Tally>();
  private readonly counts = { title: new Uint32Array(LONGEST_COUNTED + 1), body: new Uint32Array(LONGEST_COUNTED + 1) };

  /** @throws RangeError for a share that is none */
  constructor(private readonly options: CopyOptions = {}) {
    const { fallbackShare = FALLBACK_SHARE } = options;
    if (!(fallbackShare >= 0 && fallbackShare <= 1)) throw new RangeError('fallbackShare must be a share from 0 to 1');
  }

  /**
   * Looks at one person's message.
   * @param fallbacks paths of what was missing and stood in for
   * @param id who it is, for the examples
   */
  add(message: Message, fallbacks: readonly string[] = [], id?: string): void {
    this.people++;
    const language = lintLanguage(message.locale);
    for (const { code, check } of COPY_RULES) {
      const found = check({ message, language });
      if (found !== undefined) tally(this.tallies, code, found, id);
    }
    for (const path of fallbacks) tally(this.fallbacks, path, message.body ?? message.title ?? '', id);
    for (const field of ['title', 'body'] as const) {
      const text = message[field];
      const counts = this.counts[field];
      const at = text === undefined ? 0 : Math.min(LONGEST_COUNTED, countGraphemes(text, LONGEST_COUNTED));
      if (text !== undefined) counts[at] = (counts[at] ?? 0) + 1;
    }
  }

  toJSON(): CopyReportJson {
    const { title, body } = this.counts;
    const [titles, bodies] = [lengths(title), lengths(body)];
    return {
      people: this.people,
      lengths: { ...(titles !== undefined && { title: titles }), ...(bodies !== undefined && { body: bodies }) },
      surfaces: SURFACES.map(({ id, field, characters }) => {
        const cut = this.tallies.get(`cut-${id}`)?.people ?? 0;
        return { surface: id, field, characters, cut, share: this.share(cut) };
      }),
      findings: [...this.ruleFindings(), ...this.fallbackFindings()],
    };
  }

  private ruleFindings(): CopyFinding[] {
    return COPY_RULES.flatMap(({ code, advice, tolerated }) => {
      const { people, examples } = this.tallies.get(code) ?? { people: 0, examples: [] };
      return people > 0 && this.share(people) > tolerated ? [{ rule: code, people, share: this.share(people), advice, examples }] : [];
    });
  }

  private fallbackFindings(): CopyFinding[] {
    const { fallbackShare = FALLBACK_SHARE } = this.options;
    return [...this.fallbacks].filter(([, { people }]) => this.share(people) > fallbackShare)
      .map(([field, { people, examples }]) => ({ rule: 'fallbacks', field, people, share: this.share(people), advice: FALLBACK_ADVICE, examples }));
  }

  private share(people: number): number {
    return this.people === 0 ? 0 : people / this.people;
  }
}

/** The language whose words the lint knows; `fr-CA` is French. */
export function lintLanguage(locale: string | undefined): LintLanguage | undefined {
  const language = locale?.split('-')[0];
  return LINT_LANGUAGES.find((known) => known === language);
}

function tally(tallies: Map<string, Tally>, key: string, text: string, id: string | undefined): void {
  let kept = tallies.get(key);
  if (kept === undefined) tallies.set(key, (kept = { people: 0, examples: [] }));
  kept.people++;
  if (kept.examples.length >= MOST_EXAMPLES) return;
  const shown = firstGraphemes(text, LONGEST_EXAMPLE);
  if (!kept.examples.some((example) => example.text === shown)) kept.examples.push({ ...(id !== undefined && { id }), text: shown });
}

function lengths(counts: Uint32Array): Lengths | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = (share: number): number => {
    let seen = 0;
    return counts.findIndex((count) => (seen += count) >= share * total);
  };
  return { p50: rank(0.5), p95: rank(0.95), max: counts.findLastIndex((count) => count > 0) };
}
