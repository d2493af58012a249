/** Cuts what comes over a connection into frames (RFC 9113, 4.1). */
import { DEFAULT_FRAME_BYTES, ErrorCode, FRAME_HEADER_BYTES, WireError } from './frames';

/** The payload is `bytes` from `start` to `end`; it is overwritten never, but keeps the whole of `bytes` in memory. */
export type OnFrame = (type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number) => void;

export class FrameReader {
  private rest: Buffer | undefined;

  constructor(private readonly onFrame: OnFrame) {}

  /** @throws WireError for a frame larger than allowed, and what `onFrame` throws */
  read(chunk: Buffer): void {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
      if (length > DEFAULT_FRAME_BYTES) throw new WireError(ErrorCode.frameSize, 'A frame larger than allowed.');
      const start = at + FRAME_HEADER_BYTES;
      const end = start + length;
      if (end > bytes.length) break;
      this.onFrame(bytes[at + 3] as number, bytes[at + 4] as number, bytes.readUInt32BE(at + 5) & 0x7fffffff, bytes, start, end);
      at = end;
    }
    if (at < bytes.length) this.rest = bytes.subarray(at);
  }
}
