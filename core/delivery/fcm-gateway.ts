/** FCM: sending, and the subscriptions to its topics over the same connections. */
import { Overload } from './breaker/overload';
import type { GatewayMessage, TopicDevice, Topics } from './gateway';
import type { VendorRate } from './rate/options';
import { PaceMaker } from './rate/pace';
import { requireTopic } from './topic-names';
import { topicProtocol } from './topics';
import { VendorGateway, type GatewayParts } from './vendor-gateway';

export class FcmGateway extends VendorGateway {
  readonly topics: Topics;

  /** @param rate how fast FCM takes subscriptions, which do not count as messages */
  constructor(parts: GatewayParts, project: () => string | undefined, rate: VendorRate) {
    super(parts);
    const pace = new PaceMaker(() => `fcm-topics:${project()}`, rate, parts.now, () => this.line.wake());
    const overload = new Overload();
    this.topics = {
      change: (action, topic, devices, options = {}) => {
        const protocol = topicProtocol(project, action, requireTopic(topic));
        return this.run({ ...this.line, protocol, pace, overload }, messagesTo(devices), options);
      },
    };
  }
}

async function* messagesTo(devices: Iterable<TopicDevice> | AsyncIterable<TopicDevice>): AsyncGenerator<GatewayMessage> {
  for await (const { id, token } of devices) yield { id, token, payload: {} };
}
