/** Words of HTTP/2 frames (RFC 9113, 4 to 7), and what one throws where the peer breaks the rules. */

export const Frame = {
  data: 0, headers: 1, priority: 2, rstStream: 3, settings: 4, pushPromise: 5, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9,
} as const;

/** `endStream` and `ack` are the same bit of different frames. */
export const Flag = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const Setting = { headerTableSize: 1, enablePush: 2, maxConcurrentStreams: 3, initialWindowSize: 4, maxFrameSize: 5, maxHeaderListSize: 6 } as const;

export const ErrorCode = {
  none: 0, protocol: 1, internal: 2, flowControl: 3, streamClosed: 5, frameSize: 6, refusedStream: 7, cancel: 8, compression: 9, enhanceYourCalm: 11,
} as const;

export const FRAME_HEADER_BYTES = 9;
/** What a peer takes until it says otherwise, and what we take. */
export const DEFAULT_FRAME_BYTES = 16_384;
export const MOST_FRAME_BYTES = 2 ** 24 - 1;
export const DEFAULT_WINDOW = 65_535;
export const MOST_WINDOW = 2 ** 31 - 1;

/** The peer broke a rule, and the connection cannot go on. */
export class WireError extends Error {
  /** @param errorCode of RFC 9113, 7: the peer is told it */
  constructor(readonly errorCode: number, what: string) {
    super(what);
  }
}
