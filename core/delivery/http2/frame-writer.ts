/** Frames on their way out, one behind the other in large pieces of memory, so that many leave in one write. */
import { FRAME_HEADER_BYTES } from './frames';

const PIECE_BYTES = 64 * 1024;

export class FrameWriter {
  /** Where the next bytes go; only what was {@link reserve}d may be written. */
  bytes: Buffer = Buffer.allocUnsafe(PIECE_BYTES);
  /** Written up to here. */
  at = 0;
  private start = 0;
  private full: Buffer[] = [];

  /** Makes room for so many bytes in one piece. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    if (this.at > this.start) this.full.push(this.bytes.subarray(this.start, this.at));
    this.bytes = Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes));
    this.start = this.at = 0;
  }

  /** The header of a frame; its payload comes behind it, and then `at` is moved behind both. */
  header(length: number, type: number, flags: number, stream: number): void {
    const { bytes, at } = this;
    bytes[at] = length >>> 16;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    bytes.writeUInt32BE(stream, at + 5);
  }

  /** A small frame, of numbers of four bytes each. */
  numbers(type: number, flags: number, stream: number, ...payload: readonly number[]): void {
    this.reserve(FRAME_HEADER_BYTES + payload.length * 4);
    this.header(payload.length * 4, type, flags, stream);
    this.at += FRAME_HEADER_BYTES;
    for (const value of payload) this.at = this.bytes.writeUInt32BE(value, this.at);
  }

  /** A frame with a copy of these bytes. */
  copy(type: number, flags: number, stream: number, payload: Buffer): void {
    this.reserve(FRAME_HEADER_BYTES + payload.length);
    this.header(payload.length, type, flags, stream);
    payload.copy(this.bytes, this.at + FRAME_HEADER_BYTES);
    this.at += FRAME_HEADER_BYTES + payload.length;
  }

  /** What was written since the last time. */
  take(): Buffer[] {
    const taken = this.full;
    if (this.at > this.start) taken.push(this.bytes.subarray(this.start, this.at));
    this.start = this.at;
    this.full = [];
    return taken;
  }
}
