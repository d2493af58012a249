/** How a gateway proves who sends. */
export interface Credential {
  /** How often in a row signing in failed. */
  failures?: number;
  /**
   * The `authorization` header: at hand, or on its way; undefined where the TLS certificate signs in.
   * Rejects with a PushError whose code has a row in the outcome table.
   */
  authorization(): string | undefined | Promise<string>;
  /**
   * The gateway refused this header as expired: renews it, once for however many say so.
   * False where a newer one will not help either.
   */
  renew(refused: string): Promise<boolean>;
  /**
   * The gateway refused the key behind this header: uses another one from now on. Told once for however many come back; then
   * that another is in use. Undefined where there is no other, or it was refused too.
   */
  useOther?(refused: string): KeyChange | 'other in use' | undefined;
}

/** Ids of two keys. */
export interface KeyChange {
  from: string;
  to: string;
}

/** A header that is given and cannot be renewed. */
export class FixedCredential implements Credential {
  constructor(private readonly header: string | undefined) {}

  authorization(): string | undefined {
    return this.header;
  }

  async renew(): Promise<boolean> {
    return false;
  }
}
