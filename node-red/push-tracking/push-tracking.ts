import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseTracking } from '../../core';
import type { TrackingNode } from '../shared/config-nodes';
import { textOrVariable } from '../shared/input';

interface Definition extends NodeDef {
  eventsUrl: string;
  eventsUrlType: string;
}

/** The address for events of phones, and the secret that signs what they hand back. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-tracking', function (this: Node<{ secret: unknown }>, definition: Definition) {
    RED.nodes.createNode(this, definition);
    (this as unknown as TrackingNode).tracking = () => parseTracking({
      eventsUrl: textOrVariable(RED, this, definition.eventsUrl, definition.eventsUrlType),
      secret: this.credentials?.secret,
    });
  }, { credentials: { secret: { type: 'password' } } });
}
