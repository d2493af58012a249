/** The authorization of a run's requests: at hand, or on its way once for all that wait for it. */
import { PushError } from '../errors';
import type { Credential } from './auth/credential';

export class SignIn {
  private isUnderway = false;

  /**
   * @param failed told why there is no authorization, and how often in a row that happened
   * @param over called after every attempt
   */
  constructor(
    private readonly credential: Credential,
    private readonly failed: (code: string, detail: string, failures: number) => void,
    private readonly over: () => void,
  ) {}

  /** The header; undefined where none is needed, null where it is on its way. */
  header(): string | undefined | null {
    if (this.isUnderway) return null;
    const header = this.credential.authorization();
    if (!(header instanceof Promise)) return header;
    this.isUnderway = true;
    header.then(() => undefined, (thrown: unknown) => thrown).then((thrown) => {
      this.isUnderway = false;
      if (thrown !== undefined) {
        const { code, message } = thrown instanceof PushError ? thrown : { code: 'access-token-unavailable', message: '' };
        this.failed(code, message, this.credential.failures ?? 1);
      }
      this.over();
    });
    return null;
  }
}
