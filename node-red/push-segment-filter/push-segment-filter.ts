import type { Node, NodeAPI, NodeDef } from 'node-red';
import { compileStage, isJsonObject, PushError, type JsonObject, type JsonValue } from '../../core';
import { runStageNode } from '../shared/stage-node';

interface Rule {
  field: string;
  operator: string;
  value: string;
  valueType: string;
  not?: boolean;
}

interface Definition extends NodeDef {
  property: string;
  mode: 'rules' | 'json';
  combinator: '$and' | '$or';
  rules: Rule[];
  condition: string;
}

/** Keeps the people who fit a condition. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-segment-filter', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    // Without a fixed "now": a relative date in the condition goes by the moment of each message.
    runStageNode(RED, this, definition.property, () => compileStage({ segment: { condition: readCondition(definition) } }));
  });
}

function readCondition({ mode, combinator, rules, condition }: Definition): JsonObject {
  if (mode === 'json') return readJson(condition);
  if (!Array.isArray(rules) || rules.length === 0) {
    throw new PushError('no-condition', 'The segment has no condition.', 'Open the node and add a rule.');
  }
  return { [combinator === '$or' ? '$or' : '$and']: rules.map(readRule) };
}

function readRule({ field, operator, value, valueType, not }: Rule): JsonObject {
  const test: JsonObject = { [field]: { [operator]: typedValue(value, valueType) } };
  return not === true ? { $not: test } : test;
}

function typedValue(value: string, type: string): JsonValue {
  if (type === 'num') return Number(value);
  if (type === 'bool') return String(value) === 'true';
  return type === 'json' ? (parse(value) as JsonValue) : value;
}

function readJson(text: string): JsonObject {
  const value = parse(text);
  if (isJsonObject(value)) return value;
  throw new PushError('no-condition', 'The condition is no JSON object.', 'Write one such as { "country": "FR" }.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PushError('condition-invalid', 'The condition is not JSON.', 'Open the node and correct it.');
  }
}
