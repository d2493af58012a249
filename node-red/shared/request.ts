import type { IncomingMessage } from 'node:http';
import { PushError } from '../../core';

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The JSON body of a request, also where Node-RED or another node has read it before.
 * @throws PushError `events-unreadable`
 */
export async function readJson(request: IncomingMessage & { body?: unknown }): Promise<unknown> {
  const { body } = request;
  if (body !== undefined && body !== null && !(typeof body === 'object' && !request.readableEnded && Object.keys(body).length === 0)) {
    return typeof body === 'string' || Buffer.isBuffer(body) ? parse(body.toString()) : body;
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new PushError('events-unreadable', `The request is longer than ${MOST_BYTES / 1024 / 1024} MB.`, 'Send fewer events at a time.');
    parts.push(part);
  }
  return parse(Buffer.concat(parts).toString('utf8'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PushError('events-unreadable', 'The request is not JSON.', 'Post JSON: one event or a list of them.');
  }
}
