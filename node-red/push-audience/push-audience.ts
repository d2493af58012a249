import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import {
  audienceReference, getPerson, importPeople, isJsonObject, peopleById, PushError, readRows, saveDynamicList, saveStaticList, selectPeople, setConsent, suppressPerson, unsuppressPerson,
  type ImportReport, type ImportRow, type Item, type JsonObject, type Store,
} from '../../core';
import { storeOf } from '../shared/config-nodes';
import { onMessage, valueOf, withValue } from '../shared/input';
import { actOnChannels, changeTopic, isChannelOperation, isTopicOperation, type BroadcastDefinition, type ChannelOperation, type TopicOperation } from './broadcast';
import { isOperation, operate, type Operation } from './operate';

interface Definition extends NodeDef, BroadcastDefinition {
  store: string;
  operation: 'import' | 'get' | 'setConsent' | 'suppress' | 'unsuppress' | 'select' | 'saveList' | 'saveSegment' | TopicOperation | ChannelOperation | Operation;
  format: 'auto' | 'csv' | 'json';
  delimiter: string;
  output: 'people' | 'reference' | 'report';
  property: string;
  category: string;
  state: string;
  reason: string;
  condition: string;
  /** Name of a saved list. */
  list: string;
  campaign: string;
  occurrence: string;
}

/** People in and out of the store, and what they agreed to. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-audience', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const { property, operation } = definition;
    onMessage(RED, this, async (message, send) => {
      this.status({ fill: 'blue', shape: 'dot', text: RED._(`push-audience.operation.${operation}`) });
      await storeOf(RED, definition.store).store.use(async (store) => {
        const value = valueOf(RED, message, property);
        if (operation === 'import') {
          const report = await importPeople(rowsOf(value, definition), { store, fields: definition.fields ?? {} });
          const people = await resultOf(store, report, definition.output);
          const rejected = report.rejected.length > 0 ? withValue(RED, message, property, report.rejected) : null;
          send([{ ...withValue(RED, message, property, people), audience: report } as NodeMessageInFlow, rejected]);
          this.status({ fill: report.rejected.length > 0 ? 'yellow' : 'green', shape: 'dot', text: `${report.people.length} / ${report.rejected.length}` });
          return;
        }
        if (operation === 'saveList') {
          const { rejected, ...report } = await saveStaticList(store, definition.list, idsOf(value) ?? rowsOf(value, definition), { idField: definition.fields?.id ?? 'id' });
          send([withValue(RED, message, property, { ...report, rejected: rejected.length }), rejected.length > 0 ? withValue(RED, message, property, rejected) : null]);
          this.status({ fill: rejected.length > 0 ? 'yellow' : 'green', shape: 'dot', text: `${report.members} / ${rejected.length}` });
          return;
        }
        if (isTopicOperation(operation)) {
          const { report, failures } = await changeTopic(RED, definition, operation, store, value, message.topic);
          const failed = failures.length > 0 ? withValue(RED, message, property, failures.map(({ item }) => item)) : null;
          send([withValue(RED, message, property, report), failed]);
          this.status({ fill: failures.length > 0 ? 'yellow' : 'green', shape: 'dot', text: `${report.done} / ${report.failed}` });
          return;
        }
        const result = await (isChannelOperation(operation) ? actOnChannels(RED, definition, operation, value)
          : isOperation(operation) ? operate(store, operation, definition, value)
          : operation === 'saveSegment' ? saveSegment(store, definition, value)
          : operation === 'select' ? select(store, definition) : act(store, definition, value));
        send([withValue(RED, message, property, result), null]);
        this.status({ fill: 'green', shape: 'dot', text: Array.isArray(result) ? String(result.length) : RED._(`push-audience.operation.${operation}`) });
      });
    });
  });
}

function rowsOf(value: unknown, { format, delimiter }: Definition): ImportRow[] {
  if (Array.isArray(value)) return readRows({ items: value });
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return readRows({ items: [value] });
  const text = value.toString();
  const looksLikeJson = /^\s*[[{]/.test(text);
  return readRows({
    text,
    format: format === 'csv' || format === 'json' ? format : looksLikeJson ? 'json' : 'csv',
    ...(delimiter && { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
  });
}

/** A list of plain ids. */
function idsOf(value: unknown): (string | number)[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number') ? value as (string | number)[] : undefined;
}

async function resultOf(store: Store, report: ImportReport, output: Definition['output']): Promise<unknown> {
  if (output === 'reference') return audienceReference(store);
  return output === 'report' ? report : all(peopleById(store, report.people));
}

/** The condition of the message, such as one that a function node made, else that of the node. */
async function saveSegment(store: Store, { list, condition: own }: Definition, value: unknown): Promise<{ name: string; condition: JsonObject }> {
  const condition = own?.trim() || !isJsonObject(value) ? parseCondition(own ?? '') : value;
  await saveDynamicList(store, list, condition);
  return { name: list.trim(), condition };
}

async function select(store: Store, { condition, output }: Definition): Promise<unknown> {
  const filter = condition?.trim() ? { condition: parseCondition(condition) } : {};
  return output === 'reference' ? audienceReference(store, filter) : all(selectPeople(store, filter));
}

/** What the message says of a person goes before what the node says of all. */
function act(store: Store, { operation, category, state, reason }: Definition, value: unknown): Promise<Item> {
  const said: JsonObject = isJsonObject(value) ? value : { id: value as string };
  const { id } = said;
  if (operation === 'get') return getPerson(store, id);
  if (operation === 'setConsent') return setConsent(store, { id, category: said['category'] ?? category, state: said['state'] ?? state });
  if (operation === 'suppress') return suppressPerson(store, { id, reason: String(said['reason'] ?? reason ?? '') });
  if (operation === 'unsuppress') return unsuppressPerson(store, { id });
  throw new PushError('unknown-operation', `There is no operation '${String(operation)}'.`, 'Open the node and choose one.');
}

function parseCondition(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new PushError('condition-invalid', 'The condition is not a JSON object.', 'Write one such as { "country": "FR" }.');
}

async function all(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
