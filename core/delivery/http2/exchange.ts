/** One request and what became of it, settled exactly once. */
import type { Headers } from './hpack/decoder';

export interface WireRequest {
  /** POST if not given. */
  method?: 'GET' | 'DELETE';
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The first 64 KB of the body as text. */
  body: string;
  /** False where the connection broke between the status and the end of the body. */
  complete: boolean;
}

/** An answer, or the transport code of the outcome table that says why there is none. */
export type Ending = { answer: Answer } | { failure: string };

/** Error bodies are small; whatever a hostile or broken peer sends beyond this is thrown away. */
const MOST_ANSWER_BYTES = 64 * 1024;

export class Exchange {
  /** Of its stream; undefined where it was never put on the wire. */
  id: number | undefined;
  status: number | undefined;
  headers: Headers | undefined;
  /** Whether the answer came to its end. */
  complete = false;
  /** Bytes of the answer that were not given back to the peer's window. */
  uncredited = 0;
  /** Bytes of the answer's body, those included that were thrown away. */
  private received = 0;
  private chunks: Buffer[] | undefined;
  private size = 0;
  private settled = false;

  constructor(
    /** Monotonic ms. */
    readonly sentAt: number,
    /** Monotonic ms. */
    public deadline: number,
    private readonly done: (ending: Ending) => void,
  ) {}

  collect(chunk: Buffer): void {
    this.received += chunk.length;
    if (chunk.length === 0 || this.size >= MOST_ANSWER_BYTES) return;
    (this.chunks ??= []).push(chunk.subarray(0, MOST_ANSWER_BYTES - this.size));
    this.size += chunk.length;
  }

  /** Whether as much came as the answer says it has. */
  get isWhole(): boolean {
    const length = this.headers?.get('content-length');
    return length === undefined || Number(length) === this.received;
  }

  /** What came of an answer that breaks the rules counts for nothing. */
  disbelieve(): void {
    this.status = this.headers = undefined;
  }

  answer(status: number, headers: Headers): Answer {
    const [chunk, ...more] = this.chunks ?? [];
    const body = chunk === undefined ? '' : (more.length === 0 ? chunk : Buffer.concat([chunk, ...more])).toString('utf8');
    return { status, headers, body, complete: this.complete };
  }

  /** What `done` throws is thrown where nothing else suffers: other answers came in the same breath. */
  settle(ending: Ending): void {
    if (this.settled) return;
    this.settled = true;
    this.chunks = undefined;
    try {
      this.done(ending);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}
