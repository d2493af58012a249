/** Takes messages: the work of one is over when `done` was called, once; whatever fails reaches a Catch node. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { flowError } from './problem';

export type Send = (messages: NodeMessageInFlow | (NodeMessageInFlow | null)[]) => void;

/** Runs `work` for each message; a thrown error goes to Catch nodes with the message as it came. */
export function onMessage(RED: NodeAPI, node: Node, work: (message: NodeMessageInFlow, send: Send) => Promise<void>): void {
  node.on('input', (message, send, done) => {
    work(message, send as Send).then(
      () => done(),
      (thrown: unknown) => {
        const error = flowError(RED, thrown);
        node.status({ fill: 'red', shape: 'dot', text: error.code });
        done(error);
      },
    );
  });
  node.on('close', (done: () => void) => {
    node.status({});
    done();
  });
}

/** The value of a property of the message, such as `payload` or `payload.people`. */
export function valueOf(RED: NodeAPI, message: NodeMessageInFlow, property: string): unknown {
  return RED.util.getMessageProperty(message, property || 'payload') as unknown;
}

/** The same message with another value in that property; the one that came is not changed. */
export function withValue(RED: NodeAPI, message: NodeMessageInFlow, property: string, value: unknown): NodeMessageInFlow {
  const copy = { ...message };
  const path = property || 'payload';
  const [first = path, ...rest] = path.split('.');
  if (rest.length > 0) (copy as Record<string, unknown>)[first] = RED.util.cloneMessage((copy as Record<string, unknown>)[first] as never);
  RED.util.setMessageProperty(copy, path, value as never, true);
  return copy;
}

/** The value of a typed input (`str`, `msg`, `flow`, `global`, `env`, ...) as text; empty where it has none. */
export function typedText(RED: NodeAPI, node: Node, value: string, type: string, message: NodeMessageInFlow): Promise<string> {
  if (type === 'date') return Promise.resolve(new Date().toISOString().slice(0, 10));
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type || 'str', node, message, (error, result: unknown) => {
      if (error) reject(error);
      else resolve(result === undefined || result === null ? '' : String(result));
    });
  });
}
