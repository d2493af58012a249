/** Template -> the function that writes every text of a message for one person, in one language. */
import { PushError } from '../errors';
import { asNumber } from './helpers/helper';
import { compileText, compileValue, type CompiledText } from './language/compile';
import type { Run } from './language/run';
import { compileLiveActivity } from './live-activity';
import type { ParsedTemplate } from './parse-template';
import { checkText, FIELD_RULES } from './rules';
import { isShown, TEXT_FIELDS, type Button, type ButtonTemplate, type Message, type TemplateTexts, type TextField } from './template';

export interface Writer {
  /**
   * Writes the message of `run.view`.
   * @throws PushError for whatever this person cannot be written because of
   */
  write(run: Run): Message;
  variables: ReadonlySet<string>;
  /** What {{t "name"}} takes in. */
  fragments: Run['fragments'];
}

/** Adds one part to the message. */
type Part = (message: Message, run: Run) => void;

/** Fields that people read as they are; all others are names and addresses, where a blank at the ends is a slip. */
const READ_BY_PEOPLE: ReadonlySet<TextField> = new Set(['title', 'subtitle', 'body']);

/**
 * Compiles the texts of one language.
 * @param texts the common texts with the language's own laid over them
 * @param sourceOf where a field stands in the template, for errors (`locales.fr.title`)
 * @throws PushError for mistakes in the template, and for fixed texts that a protocol forbids
 */
export function compileWriter(
  texts: TemplateTexts, settings: ParsedTemplate['settings'], sourceOf: (field: string) => string,
): Writer {
  const variables = new Set<string>();
  const names = new Set(Object.keys(texts.fragments ?? {}));
  const noted = <T extends { variables: readonly string[] }>(compiled: T): T => {
    for (const path of compiled.variables) variables.add(path);
    return compiled;
  };
  const compile = (text: string, field: string): CompiledText => noted(compileText(text, sourceOf(field), field, names));
  const parts: Part[] = [];
  for (const field of TEXT_FIELDS) {
    const text = texts[field];
    if (text !== undefined) parts.push(textPart(field, compile(text, field)));
  }
  const { badge, liveActivity, ...fixed } = settings;
  if (badge !== undefined) parts.push(badgePart(badge, compile));
  if (texts.data !== undefined) parts.push(dataPart(texts.data, compile));
  if (texts.buttons !== undefined) parts.push(buttonsPart(texts.buttons, compile));
  if (liveActivity !== undefined) {
    const write = compileLiveActivity(liveActivity, (text, field) => noted(compileValue(text, sourceOf(field), field, names)));
    parts.push((message, run) => {
      message.liveActivity = write(run);
    });
  }
  const needsText = isShown(settings as Message) && (liveActivity === undefined || liveActivity.event === 'start');
  return {
    variables,
    fragments: compileFragments(texts.fragments, (text, field) => noted(compileText(text, sourceOf(field), field))),
    write(run) {
      const message: Message = {};
      for (const part of parts) part(message, run);
      Object.assign(message, fixed);
      if (needsText && message.title === undefined && message.body === undefined) throw nothingToShow();
      return message;
    },
  };
}

function textPart(field: TextField, { write, constant }: CompiledText): Part {
  const rule = FIELD_RULES[field];
  const tidy = READ_BY_PEOPLE.has(field) ? (text: string) => text : (text: string) => text.trim();
  if (constant !== undefined) {
    const text = tidy(constant);
    if (text.trim() === '') return () => undefined;
    checkText(rule, text, field);
    return (message) => {
      message[field] = text;
    };
  }
  return (message, run) => {
    const text = tidy(write(run));
    if (text.trim() === '') return;
    checkText(rule, text, field);
    message[field] = text;
  };
}

function badgePart(badge: number | string, compile: (text: string, field: string) => CompiledText): Part {
  if (typeof badge === 'number') {
    return (message) => {
      message.badge = badge;
    };
  }
  const { write } = compile(badge, 'badge');
  return (message, run) => {
    const text = write(run);
    if (text.trim() === '') return;
    const number = asNumber(text);
    const adds = text.trim().startsWith('+');
    if (number === undefined || !Number.isInteger(number) || number < 0 || number > 2_147_483_647) {
      throw new PushError('bad-value', 'badge comes out as something else than a whole number from 0.',
        'Correct the value in the data.', { field: 'badge' });
    }
    if (adds) message.badgeIncrease = number;
    else message.badge = number;
  };
}

/** A fragment leaves it to the text around it to be named in errors. */
function compileFragments(fragments: Record<string, string> = {}, compile: (text: string, field: string) => CompiledText): Run['fragments'] {
  return new Map(Object.entries(fragments).map(([name, text]) => {
    const { write } = compile(text, `fragments.${name}`);
    return [name, (run: Run) => {
      const { field } = run;
      const written = write(run);
      run.field = field;
      return written;
    }];
  }));
}

function dataPart(data: Record<string, string>, compile: (text: string, field: string) => CompiledText): Part {
  const entries = Object.entries(data).map(([key, text]) => ({ key, write: compile(text, `data.${key}`).write }));
  if (entries.length === 0) return () => undefined;
  return (message, run) => {
    const written: Record<string, string> = {};
    for (const { key, write } of entries) written[key] = write(run);
    message.data = written;
  };
}

function buttonsPart(buttons: ButtonTemplate[], compile: (text: string, field: string) => CompiledText): Part {
  const compiled = buttons.map(({ id, title, link }, index) => {
    const field = `buttons[${index}]`;
    return { id, title: compile(title, `${field}.title`), link: link === undefined ? undefined : textOf(compile(link, `${field}.link`), `${field}.link`) };
  });
  return (message, run) => {
    const written: Button[] = [];
    for (const button of compiled) {
      const title = button.title.write(run);
      if (title.trim() === '') continue;
      const link = button.link?.(run);
      written.push({ id: button.id, title, ...(link !== undefined && { link }) });
    }
    if (written.length > 0) message.buttons = written;
  };
}

/** A link outside the table of fields. */
function textOf({ write, constant }: CompiledText, field: string): (run: Run) => string | undefined {
  if (constant !== undefined && constant.trim() !== '') checkText(FIELD_RULES.link, constant.trim(), field);
  return (run) => {
    const text = write(run).trim();
    if (text === '') return undefined;
    if (constant === undefined) checkText(FIELD_RULES.link, text, field);
    return text;
  };
}

function nothingToShow(): PushError {
  return new PushError('nothing-to-show', 'The message has neither a title nor a body for this person.',
    'Give a text that does not depend on their fields.', { field: 'body' });
}
