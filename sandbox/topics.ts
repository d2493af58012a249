/** Subscriptions to FCM topics: firebase.google.com/docs/reference/fcm/fcmtopics/rest */
import type { FcmRefusal } from './magic';

export const SUBSCRIPTIONS_PATH = /^\/v1\/projects\/[^/]+\/registrations\/([^/]+)\/topicSubscriptions(?:\/([^/]+))?$/;
const TOPIC = /^[a-zA-Z0-9-_.~%]{1,900}$/;

/** The device and, where one is named, the topic of a path; undefined where a % in it stands for nothing. */
export function subscriptionOf(path: string): { token: string; named: string } | undefined {
  const [, token = '', named = ''] = SUBSCRIPTIONS_PATH.exec(path) ?? [];
  try {
    return { token: decodeURIComponent(token), named: decodeURIComponent(named) };
  } catch {
    return undefined;
  }
}

export class Topics {
  private readonly devices = new Map<string, Set<string>>();

  subscribe(token: string, topic: string): { topic_name: string; create_time: string } | FcmRefusal {
    if (!TOPIC.test(topic)) return invalid('Invalid topic name.', 'topic_name');
    const topics = this.devices.get(token) ?? new Set<string>();
    this.devices.set(token, topics);
    if (topics.has(topic)) return { status: 409, grpc: 'ALREADY_EXISTS', message: 'The topic subscription already exists.' };
    topics.add(topic);
    return { topic_name: topic, create_time: new Date().toISOString() };
  }

  /** @param missingIsFine as the request says in `allow_missing` */
  unsubscribe(token: string, topic: string, missingIsFine: boolean): Record<string, never> | FcmRefusal {
    const was = this.devices.get(token)?.delete(topic) === true;
    return was || missingIsFine ? {} : { status: 404, grpc: 'NOT_FOUND', message: 'The topic subscription does not exist.' };
  }

  /** The devices that a message to a topic or a condition goes to; undefined for a condition that cannot be read. */
  subscribers(target: { topic: string } | { condition: string }): string[] | undefined {
    if ('topic' in target) return [...this.devices].filter(([, topics]) => topics.has(target.topic)).map(([token]) => token);
    if (holds(target.condition, () => true) === undefined) return undefined;
    return [...this.devices].filter(([, topics]) => holds(target.condition, (topic) => topics.has(topic)) === true).map(([token]) => token);
  }

  forget(): void {
    this.devices.clear();
  }
}

/** Works out a condition by folding it up; undefined where it is none. */
function holds(condition: string, has: (topic: string) => boolean): boolean | undefined {
  let text = condition.replace(/(['"])([^'"]*)\1\s+in\s+topics/g, (_whole, _quote, topic: string) => (has(topic) ? '1' : '0')).replace(/\s+/g, '');
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(/!([01])/g, (_not, value) => (value === '1' ? '0' : '1')).replace(/\(([01])\)/g, '$1');
    if (text === before) text = text.replace(/([01])&&([01])/, (_and, a, b) => (a === '1' && b === '1' ? '1' : '0'));
    if (text === before) text = text.replace(/(?<!&&)([01])\|\|([01])(?!&&)/, (_or, a, b) => (a === '1' || b === '1' ? '1' : '0'));
  }
  return text === '1' ? true : text === '0' ? false : undefined;
}

function invalid(message: string, field: string): FcmRefusal {
  return { status: 400, grpc: 'INVALID_ARGUMENT', errorCode: 'INVALID_ARGUMENT', message, violations: [{ field, description: message }] };
}
