/** What a {@link PushError} can be about; a stable word that faces translate and programs test. */
export type ErrorFields = Readonly<Record<string, string | number>>;

/**
 * A mistake told to a person: what happened, to which item, what to do about it.
 *
 * `code` and `fields` are stable and hold no secret, so that a face can put the text in the reader's language;
 * `message` and `hint` are that text in English.
 */
export class PushError extends Error {
  override readonly name = 'PushError';

  constructor(
    readonly code: string,
    message: string,
    readonly hint: string = '',
    readonly fields: ErrorFields = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What happened and what to do about it, as one text. */
  get words(): string {
    return [this.message, this.hint].filter((part) => part !== '').join(' ');
  }
}

/** A mistake that ends the whole run, as the user chose, instead of costing one person their message. */
export class RunStopper extends PushError {}

/** Any thrown value as a {@link PushError}; a foreign error keeps its message and becomes the cause. */
export function asPushError(thrown: unknown): PushError {
  if (thrown instanceof PushError) return thrown;
  const message = messageOf(thrown);
  return new PushError('unexpected', message, '', { detail: message }, { cause: thrown });
}

/** Some libraries throw plain objects with a message. */
function messageOf(thrown: unknown): string {
  const said = typeof thrown === 'object' && thrown !== null ? (thrown as { message?: unknown }).message : undefined;
  return typeof said === 'string' ? said : String(thrown);
}
