/** One request and what became of it, settled exactly once. */
import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';

export interface WireRequest {
  /** POST if not given. */
  method?: 'GET' | 'DELETE';
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
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
  status: number | undefined;
  headers: IncomingHttpHeaders | undefined;
  /** Code of the error that the stream reported, where it did. */
  errorCode: string | undefined;
  private chunks: Buffer[] | undefined;
  private size = 0;
  private settled = false;

  constructor(
    readonly stream: ClientHttp2Stream,
    /** Monotonic ms. */
    readonly sentAt: number,
    /** Monotonic ms. */
    public deadline: number,
    private readonly done: (ending: Ending) => void,
  ) {}

  get isSettled(): boolean {
    return this.settled;
  }

  collect(chunk: Buffer): void {
    if (this.size >= MOST_ANSWER_BYTES) return;
    (this.chunks ??= []).push(chunk.subarray(0, MOST_ANSWER_BYTES - this.size));
    this.size += chunk.length;
  }

  answer(status: number): Answer {
    const [chunk, ...more] = this.chunks ?? [];
    const body = chunk === undefined ? '' : (more.length === 0 ? chunk : Buffer.concat([chunk, ...more])).toString('utf8');
    return { status, headers: this.headers ?? {}, body, complete: this.stream.rstCode === 0 };
  }

  settle(ending: Ending): void {
    if (this.settled) return;
    this.settled = true;
    this.chunks = undefined;
    this.done(ending);
  }
}
