/** The other end of a connection, frame by frame: what came, and whatever bytes are to go. */
import * as net from 'node:net';
import { Flag, Frame, FRAME_HEADER_BYTES } from '../../../../core/delivery/http2/frames';

export interface RawFrame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

const PREFACE_BYTES = 24;

export function frame(type: number, flags: number, stream: number, payload: string | Buffer | number[] = ''): Buffer {
  const body = Buffer.isBuffer(payload) ? payload : typeof payload === 'string' ? Buffer.from(payload.replaceAll(' ', ''), 'hex') : Buffer.from(payload);
  const head = Buffer.alloc(FRAME_HEADER_BYTES);
  head.writeUIntBE(body.length, 0, 3);
  head.set([type, flags], 3);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

export const settings = (hex = ''): Buffer => frame(Frame.settings, 0, 0, hex);
/** An answer of one field from the fixed table. */
export const ok = (stream: number, flags: number = Flag.endHeaders | Flag.endStream): Buffer => frame(Frame.headers, flags, stream, '88');

export class RawPeer {
  readonly frames: RawFrame[] = [];
  readonly sockets: net.Socket[] = [];
  private waiting: (() => void)[] = [];

  private constructor(private readonly server: net.Server, readonly port: number) {}

  /** @param onFrame called with each frame that comes */
  static async listen(onFrame: (frame: RawFrame, peer: RawPeer) => void = () => undefined): Promise<RawPeer> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const peer = new RawPeer(server, (server.address() as net.AddressInfo).port);
    server.on('connection', (socket) => peer.attend(socket, onFrame));
    return peer;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** To the newest connection. */
  send(...pieces: Buffer[]): void {
    this.sockets.at(-1)?.write(Buffer.concat(pieces));
  }

  of(type: number): RawFrame[] {
    return this.frames.filter((one) => one.type === type);
  }

  /** Until so many frames of a type have come. */
  async came(type: number, many = 1): Promise<RawFrame[]> {
    while (this.of(type).length < many) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.of(type);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private attend(socket: net.Socket, onFrame: (frame: RawFrame, peer: RawPeer) => void): void {
    this.sockets.push(socket);
    let rest: Buffer = Buffer.alloc(0);
    let skip = PREFACE_BYTES;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk as Buffer]);
      if (rest.length < skip) return;
      rest = rest.subarray(skip);
      skip = 0;
      while (rest.length >= FRAME_HEADER_BYTES && rest.length >= FRAME_HEADER_BYTES + rest.readUIntBE(0, 3)) {
        const end = FRAME_HEADER_BYTES + rest.readUIntBE(0, 3);
        const one = { type: rest[3] as number, flags: rest[4] as number, stream: rest.readUInt32BE(5), payload: rest.subarray(FRAME_HEADER_BYTES, end) };
        rest = rest.subarray(end);
        this.frames.push(one);
        onFrame(one, this);
      }
      for (const wake of this.waiting.splice(0)) wake();
    });
  }
}
