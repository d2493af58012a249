/**
 * Subscriptions to FCM topics over the API that takes one registration a request; the older one of 1,000 a call
 * (Instance ID) is being shut down, and FCM's limit of 3,000 a second holds for either.
 * Source: https://firebase.google.com/docs/reference/fcm/fcmtopics/rest, and firebase-admin 14.5 lib/messaging/messaging.js
 */
import { FCM_TOKEN, readFcm } from './fcm';
import type { GatewayMessage, TopicAction } from './gateway';
import { refusal, requireToken, type Protocol, type Reading } from './protocol';
import type { VendorRate } from './rate/options';
import type { Answer, WireRequest } from './http2/exchange';

/** 80 % of "The rate for adding or removing topic subscriptions is limited to 3,000 QPS per project". */
export const TOPIC_RATE: VendorRate = { perMinute: 144_000 };

/** @param topic a name that was checked */
export function topicProtocol(project: () => string | undefined, action: TopicAction, topic: string): Protocol {
  return {
    type: 'fcm',
    name: 'FCM',
    write: ({ token }) => write(project(), requireToken(token, FCM_TOKEN), action, topic),
    read: (answer, message) => read(answer, message, action),
  };
}

function write(project: string | undefined, token: string, action: TopicAction, topic: string): WireRequest {
  if (project === undefined) throw refusal('project-unknown');
  const parent = `/v1/projects/${encodeURIComponent(project)}/registrations/${encodeURIComponent(token)}/topicSubscriptions`;
  const name = encodeURIComponent(topic);
  return action === 'subscribe'
    ? { path: `${parent}?topic_name=${name}`, headers: { 'content-type': 'application/json' }, body: '{}' }
    : { method: 'DELETE', path: `${parent}/${name}?allow_missing=true`, headers: {}, body: '' };
}

/**
 * A 404 without FcmError is about the registration as well as about the project here: nothing is concluded from one of them.
 * A 409 is good news only where something was to be subscribed, and where it is no conflict of another kind.
 */
function read(answer: Answer, message: GatewayMessage, action: TopicAction): Reading {
  const reading = readFcm(answer, message, undefined);
  const { status } = answer;
  if (status === 409 && action === 'subscribe' && reading.code !== 'ABORTED') return { ...reading, code: 'ALREADY_EXISTS/registration' };
  return status === 404 && reading.code === 'NOT_FOUND' ? { ...reading, code: 'NOT_FOUND/registration' } : reading;
}
