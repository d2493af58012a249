/** Broadcast channels of APNs: developer.apple.com "Sending channel management requests to APNs" */
import { randomBytes } from 'node:crypto';
import type { ApnsRefusal } from './magic';

export const CHANNELS_PATH = /^\/1\/apps\/([^/]+)\/(channels|all-channels)$/;
export const BROADCAST_PATH = /^\/4\/broadcasts\/apps\/([^/]+)$/;
const MOST_CHANNELS = 10_000;
/** Bytes of a channel's id before they are written as Base64. */
const ID_BYTES = 16;
const CHANNEL_ID = /^[A-Za-z0-9+/_-]+={0,2}$/;

export interface ChannelRequest {
  method: string;
  bundleId: string;
  all: boolean;
  channelId: string | undefined;
  body: Record<string, unknown> | undefined;
}

export interface ChannelAnswer {
  status: number;
  channelId?: string;
  body?: Record<string, unknown>;
}

export class Channels {
  /** What each channel keeps (0 nothing, 1 the newest message), by app and id. */
  private readonly apps = new Map<string, Map<string, number>>();

  manage({ method, bundleId, all, channelId, body }: ChannelRequest): ChannelAnswer | ApnsRefusal {
    const channels = this.apps.get(bundleId) ?? new Map<string, number>();
    this.apps.set(bundleId, channels);
    if (all) return method === 'GET' ? { status: 200, body: { channels: [...channels.keys()] } } : { status: 405, reason: 'MethodNotAllowed' };
    if (method === 'POST') return this.create(channels, body);
    if (method !== 'GET' && method !== 'DELETE') return { status: 405, reason: 'MethodNotAllowed' };
    const wrong = this.wrong(bundleId, channelId);
    if (wrong !== undefined) return wrong;
    if (method === 'GET') return { status: 200, body: { 'message-storage-policy': channels.get(channelId ?? '') ?? 0, 'push-type': 'LiveActivity' } };
    channels.delete(channelId ?? '');
    return { status: 204 };
  }

  /** What is wrong with the id that a request names; undefined where nothing is. */
  wrong(bundleId: string, channelId: string | undefined): ApnsRefusal | undefined {
    if (channelId === undefined || channelId === '') return { status: 400, reason: 'MissingChannelId' };
    if (!CHANNEL_ID.test(channelId)) return { status: 400, reason: 'BadChannelId' };
    return this.apps.get(bundleId)?.has(channelId) === true ? undefined : { status: 400, reason: 'ChannelNotRegistered' };
  }

  private create(channels: Map<string, number>, body: Record<string, unknown> = {}): ChannelAnswer | ApnsRefusal {
    const { 'push-type': type, 'message-storage-policy': policy = 0 } = body;
    if (type === undefined) return { status: 400, reason: 'MissingPushType' };
    if (type !== 'LiveActivity') return { status: 400, reason: 'InvalidPushType' };
    if ((policy !== 0 && policy !== 1) || channels.size >= MOST_CHANNELS) return { status: 400, reason: 'CannotCreateChannelConfig' };
    const id = randomBytes(ID_BYTES).toString('base64');
    channels.set(id, policy);
    return { status: 201, channelId: id };
  }
}
