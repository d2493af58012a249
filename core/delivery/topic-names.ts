/** Names of FCM topics and conditions over them. Source: https://firebase.google.com/docs/cloud-messaging/send-topic-messages */
import { refusal } from './protocol';

const TOPIC = /^[a-zA-Z0-9-_.~%]{1,900}$/;
const MOST_TOPICS = 5;
/** Five names, and whatever joins them. */
const MOST_LETTERS = 10_000;

/** The name without the `/topics/` that older programs write before it. @throws PushError `topic-malformed` */
export function requireTopic(name: unknown): string {
  const bare = typeof name === 'string' ? name.trim().replace(/^\/topics\//, '') : '';
  if (TOPIC.test(bare)) return bare;
  throw refusal('topic-malformed');
}

/**
 * A condition that FCM can read: `'a' in topics`, joined by `&&` and `||`, turned round by `!`, in parentheses, of five
 * topics at most.
 * @throws PushError `condition-malformed`
 */
export function requireCondition(text: unknown): string {
  const condition = typeof text === 'string' ? text.trim() : '';
  if (condition.length > MOST_LETTERS) throw refusal('condition-malformed');
  let topics = 0;
  // Each topic becomes T; what is well formed then folds up into a single T.
  let shape = condition.replace(/(['"])([a-zA-Z0-9-_.~%]{1,900})\1\s+in\s+topics/g, () => {
    topics++;
    return 'T';
  }).replace(/\s+/g, '');
  for (let before = ''; before !== shape;) {
    before = shape;
    shape = shape.replace(/!T|\(T\)|T&&T|T\|\|T/g, 'T');
  }
  if (shape === 'T' && topics > 0 && topics <= MOST_TOPICS) return condition;
  throw refusal('condition-malformed');
}
