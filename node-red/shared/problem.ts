/** Says core's errors in Node-RED's way: an Error for Catch nodes, with the text in the language of this Node-RED. */
import type { Node, NodeAPI } from 'node-red';
import { asPushError, type PushError } from '../../core';

/** The error as Catch nodes get it: `msg.error.message` is for people, `code` for flows. */
export class FlowError extends Error {
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** Node-RED shows an error as this text; the word "Error" before it says nothing. */
  override toString(): string {
    return this.message;
  }
}

/** The texts that all nodes share, in each language, stand with the node that keeps the data. */
const TEXTS = 'n8n-nodes-push-campaigns/push-store:push-store';

export function flowError(RED: NodeAPI, thrown: unknown): FlowError {
  if (thrown instanceof FlowError) return thrown;
  const { code, words, fields } = asPushError(thrown);
  return new FlowError(code, placed(textOf(RED, `errors.${code}`, { ...fields, message: words }), fields), { cause: thrown });
}

/** A text by code knows neither the segment nor the rule that is wrong: they are said after it. */
function placed(text: string, { segment, place }: PushError['fields']): string {
  const where = [segment, place].filter((one) => typeof one === 'string' && one !== '' && !text.includes(one));
  return where.length === 0 ? text : `${text} (${where.join(', ')})`;
}

/**
 * What core says, in the language of this Node-RED. The English catalogue passes core's own text through as `message`,
 * which knows more than a text by code can.
 */
export function textOf(RED: NodeAPI, key: string, fields: PushError['fields'] & { message: string }): string {
  const text = RED._(`${TEXTS}.${key}`, fields as Record<string, string>);
  return text.endsWith(key) ? fields.message : text;
}

/** An error for the editor, which has the texts in its own language: `message` is core's English. */
export interface Problem {
  code: string;
  message: string;
  fields: PushError['fields'];
}

export function toProblem(thrown: unknown): Problem {
  const { code, words, fields } = asPushError(thrown);
  return { code, message: words, fields };
}

/** A node whose configuration is wrong says so once at deploy, and to every message that comes. */
export function reportConfiguration(RED: NodeAPI, node: Node, thrown: unknown): FlowError {
  const error = flowError(RED, thrown);
  node.error(error.message);
  node.status({ fill: 'red', shape: 'ring', text: error.code });
  return error;
}
