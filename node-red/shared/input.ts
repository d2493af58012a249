/** Takes messages: the work of one is over when `done` was called, once; whatever fails reaches a Catch node. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { PushError } from '../../core';
import { flowError } from './problem';

/** A message an output; several one after the other where it has a list. */
export type Send = (messages: NodeMessageInFlow | (NodeMessageInFlow | NodeMessageInFlow[] | null)[]) => void;

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

/** The value of a property of the message, such as `payload` or `payload.people`; undefined where a part of the way is missing. */
export function valueOf(RED: NodeAPI, message: NodeMessageInFlow, property: string): unknown {
  let value: unknown = message;
  for (const part of wayTo(RED, message, property)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** The same message with another value in that property; neither the one that came nor what it holds is changed. */
export function withValue(RED: NodeAPI, message: NodeMessageInFlow, property: string, value: unknown): NodeMessageInFlow {
  const copy = { ...message };
  const way = wayTo(RED, message, property);
  const last = way.pop() ?? 'payload';
  let place = copy as unknown as Record<string | number, unknown>;
  for (const part of way) {
    const inside = place[part];
    // Each output gets containers of its own: two messages that share one would overwrite each other's people.
    const own = Array.isArray(inside) ? [...(inside as unknown[])] : { ...(typeof inside === 'object' ? inside : undefined) };
    place[part] = own;
    place = own as Record<string | number, unknown>;
  }
  place[last] = value;
  return copy;
}

/** `payload["people"][0]` as its parts, in all ways in which Node-RED lets people write a property. */
function wayTo(RED: NodeAPI, message: NodeMessageInFlow, property: string): (string | number)[] {
  return RED.util.normalisePropertyExpression((property || 'payload').replace(/^msg\./, ''), message);
}

/**
 * The value of a typed input (`str`, `msg`, `flow`, `global`, `env`, ...) as text; empty where it has none.
 * @throws PushError `value-not-text` for a list or an object
 */
export async function typedText(RED: NodeAPI, node: Node, value: string, type: string, message: NodeMessageInFlow): Promise<string> {
  if (type === 'date') return new Date().toISOString().slice(0, 10);
  const found = await new Promise<unknown>((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type || 'str', node, message, (error, result: unknown) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
  if (typeof found !== 'object' || found === null) return String(found ?? '');
  const where = `${type}.${value}`;
  throw new PushError('value-not-text', `${where} holds a list or an object.`, 'Give it a text or a number.', { where });
}

/** The value of a field of a config node that is either typed in or the name of an environment variable, also one set in the editor. */
export function textOrVariable(RED: NodeAPI, node: Node, value: string | undefined, type: string | undefined): string {
  if (type !== 'env' || !value) return value ?? '';
  return String((RED.util.evaluateNodeProperty(value, 'env', node, {} as NodeMessageInFlow) as unknown) ?? '');
}
