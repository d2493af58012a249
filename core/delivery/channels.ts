/**
 * Management of an app's broadcast channels, on a host of its own. Source:
 * https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
 */
import { PushError } from '../errors';
import type { Environment } from '../recipient';
import { requireChannel } from './apns';
import type { ChannelStorage, Channels } from './gateway';
import type { Answer, WireRequest } from './http2/exchange';
import { bodyObject, refusal } from './protocol';

export const MANAGE_ORIGINS: Readonly<Record<Environment, string>> = {
  production: 'https://api-manage-broadcast.push.apple.com:2196',
  development: 'https://api-manage-broadcast.sandbox.push.apple.com:2195',
};

/** As Apple writes `message-storage-policy`. */
const STORAGE: Readonly<Record<ChannelStorage, number>> = { none: 0, 'most-recent': 1 };

/** @param call does one request; throws a PushError where its answer is a refusal */
export function apnsChannels(bundleId: string, call: (request: WireRequest) => Promise<Answer>): Channels {
  const path = `/1/apps/${bundleId}/channels`;
  return {
    async create(storage = 'none') {
      if (!Object.hasOwn(STORAGE, storage)) {
        throw new PushError('channel-storage-unknown', `'${storage}' does not say what the channel keeps.`, `Use ${Object.keys(STORAGE).join(' or ')}.`);
      }
      const body = JSON.stringify({ 'message-storage-policy': STORAGE[storage], 'push-type': 'LiveActivity' });
      const { headers } = await call({ path, headers: { 'content-type': 'application/json' }, body });
      const id = headers.get('apns-channel-id');
      if (typeof id === 'string' && id !== '') return id;
      throw refusal('channel-answer-unread');
    },
    async list() {
      const { channels } = bodyObject((await call({ method: 'GET', path: `/1/apps/${bundleId}/all-channels`, headers: {}, body: '' })).body);
      if (Array.isArray(channels)) return channels.map(String);
      throw refusal('channel-answer-unread');
    },
    async remove(id) {
      await call({ method: 'DELETE', path, headers: { 'apns-channel-id': requireChannel(id) }, body: '' });
    },
  };
}
