/** Requests as frames (RFC 9113, 8.1): header fields, and bodies as far as the peer's windows allow (5.2). */
import type { WireRequest } from './exchange';
import type { FrameWriter } from './frame-writer';
import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW, ErrorCode, Flag, Frame, FRAME_HEADER_BYTES, MOST_WINDOW, WireError } from './frames';
import { HeaderEncoder, MOST_BEGIN_BYTES, mostFieldBytes } from './hpack/encoder';

/** A body that the windows hold back. */
interface Blocked {
  readonly bytes: Buffer;
  at: number;
  window: number;
}

export class RequestWriter {
  private readonly encoder: HeaderEncoder;
  private readonly scheme: string;
  private readonly authority: string;
  /** Bytes at most of the header fields that every request has, without path and authorization. */
  private readonly leastBytes: number;
  private readonly blocked = new Map<number, Blocked>();
  /** Bytes of bodies that may leave on all streams together. */
  private window = DEFAULT_WINDOW;
  private streamWindow = DEFAULT_WINDOW;
  private frameBytes = DEFAULT_FRAME_BYTES;

  /**
   * @param origin scheme, host and port
   * @param unindexed names of header fields that change with each message
   */
  constructor(private readonly out: FrameWriter, origin: string, unindexed: ReadonlySet<string>) {
    const { protocol, host } = new URL(origin);
    this.scheme = protocol.slice(0, -1);
    this.authority = host;
    this.encoder = new HeaderEncoder(unindexed);
    this.leastBytes = MOST_BEGIN_BYTES + mostFieldBytes(':method', 'DELETE') + mostFieldBytes(':scheme', this.scheme)
      + mostFieldBytes(':authority', this.authority) + mostFieldBytes(':path', '') + mostFieldBytes('authorization', '');
  }

  /** @throws TypeError for a header that HTTP does not know; nothing more may be written then */
  write(id: number, request: WireRequest, authorization: string | undefined): void {
    this.writeHeaders(id, request, authorization);
    if (request.body !== '') this.writeBody(id, request.body);
  }

  /** Writes no more of a body. @returns whether there was more of it */
  drop(id: number): boolean {
    return this.blocked.delete(id);
  }

  /** The peer keeps a table of header fields of so many bytes. */
  resizeTable(bytes: number): void {
    this.encoder.resize(bytes);
  }

  /** The peer takes frames of so many bytes. */
  resizeFrames(bytes: number): void {
    this.frameBytes = bytes;
  }

  /** The peer's window of every stream, those included that are open (6.9.2); to be followed by {@link unblock}. */
  resizeWindows(bytes: number): void {
    if (bytes > MOST_WINDOW) throw new WireError(ErrorCode.flowControl, 'A window without end.');
    for (const one of this.blocked.values()) one.window += bytes - this.streamWindow;
    this.streamWindow = bytes;
  }

  /** @param id 0 for the window of all streams together */
  widen(id: number, bytes: number): void {
    const blocked = this.blocked.get(id);
    const window = id === 0 ? (this.window += bytes) : blocked === undefined ? 0 : (blocked.window += bytes);
    if (window > MOST_WINDOW) throw new WireError(ErrorCode.flowControl, 'A window without end.');
    this.unblock();
  }

  /** Writes as much as the windows allow now of what they held back; the oldest first. */
  unblock(): void {
    for (const [id, one] of this.blocked) {
      if (this.window <= 0) return;
      for (let length = this.writable(one); length > 0; length = this.writable(one)) {
        const end = one.at + length;
        this.out.copy(Frame.data, end === one.bytes.length ? Flag.endStream : 0, id, one.bytes.subarray(one.at, end));
        one.at = end;
        one.window -= length;
        this.window -= length;
      }
      if (one.at === one.bytes.length) this.blocked.delete(id);
    }
  }

  private writeHeaders(id: number, { method, path, headers, body }: WireRequest, authorization: string | undefined): void {
    const { out, encoder } = this;
    let most = this.leastBytes + path.length + (authorization?.length ?? 0);
    for (const name in headers) most += mostFieldBytes(name, headers[name] as string);
    out.reserve(FRAME_HEADER_BYTES + most);
    const { bytes } = out;
    const start = out.at + FRAME_HEADER_BYTES;
    let end = encoder.begin(bytes, start);
    end = encoder.field(bytes, end, ':method', method ?? 'POST');
    end = encoder.field(bytes, end, ':scheme', this.scheme);
    end = encoder.field(bytes, end, ':authority', this.authority);
    end = encoder.field(bytes, end, ':path', path);
    for (const name in headers) end = encoder.field(bytes, end, name, headers[name] as string);
    if (authorization !== undefined) end = encoder.field(bytes, end, 'authorization', authorization);
    const flags = body === '' ? Flag.endStream : 0;
    if (end - start > this.frameBytes) return this.writeBlock(id, flags, Buffer.from(bytes.subarray(start, end)));
    out.header(end - start, Frame.headers, flags | Flag.endHeaders, id);
    out.at = end;
  }

  /** Header fields that are too much for one frame. */
  private writeBlock(id: number, flags: number, block: Buffer): void {
    for (let at = 0; at < block.length; at += this.frameBytes) {
      const end = at + this.frameBytes;
      const more = at === 0 ? flags : 0;
      this.out.copy(at === 0 ? Frame.headers : Frame.continuation, end < block.length ? more : more | Flag.endHeaders, id, block.subarray(at, end));
    }
  }

  private writeBody(id: number, body: string): void {
    const { out } = this;
    const length = Buffer.byteLength(body);
    if (length > this.window || length > this.streamWindow || length > this.frameBytes) {
      this.blocked.set(id, { bytes: Buffer.from(body), at: 0, window: this.streamWindow });
      return this.unblock();
    }
    out.reserve(FRAME_HEADER_BYTES + length);
    out.header(length, Frame.data, Flag.endStream, id);
    out.bytes.write(body, out.at + FRAME_HEADER_BYTES, 'utf8');
    out.at += FRAME_HEADER_BYTES + length;
    this.window -= length;
  }

  private writable({ bytes, at, window }: Blocked): number {
    return Math.min(bytes.length - at, window, this.window, this.frameBytes);
  }
}
