/** Says core's errors in n8n's way: message, description, and the item that it is about. */
import { NodeOperationError, type IDataObject, type INode, type INodeExecutionData } from 'n8n-workflow';
import { asPushError } from '../../core';

/** The error that n8n shows; `itemIndex` is absent for a mistake of the node's own parameters. */
export function nodeError(node: INode, thrown: unknown, itemIndex?: number): NodeOperationError {
  if (isNodeError(thrown)) return thrown;
  const { code, message, hint } = asPushError(thrown);
  const error = new NodeOperationError(node, message, {
    description: hint,
    type: code,
    // A mistake that a person can mend is no fault to be reported to anybody.
    level: 'warning',
    ...(itemIndex !== undefined && { itemIndex }),
  });
  // n8n replaces a text that holds a word such as EEXIST by a general one, which names neither file nor host.
  error.message = message;
  return error;
}

/** By name: an error of n8n's own helpers may come out of another copy of this class. */
function isNodeError(thrown: unknown): thrown is NodeOperationError {
  return thrown instanceof Error && thrown.name === 'NodeOperationError';
}

/**
 * The item that stands for a failed one where the node's setting is to continue.
 *
 * Only these keys: n8n's error output takes such an item and lays the input's own fields under it. An `error` property
 * of the item itself would make n8n throw all other fields away.
 */
export function failedItem(thrown: unknown, itemIndex: number, more: IDataObject = {}): INodeExecutionData {
  const { code, message, hint } = isNodeError(thrown)
    ? { code: thrown.type ?? 'unexpected', message: thrown.message, hint: thrown.description ?? '' }
    : asPushError(thrown);
  return { json: { ...more, error: message, details: { code, ...(hint !== '' && { hint }) } }, pairedItem: { item: itemIndex } };
}
