/** What the editor's dialog asks: the operators that there are, what is wrong with a condition, how many people it finds now. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import {
  explainAudience, explainItem, explainItems, explainPerson, fieldsInStore, isJsonObject, knownToStore, OPERAND_PARTS, parseCondition,
  PERSON_FIELDS, PushError, SEGMENT_EVENTS, SEGMENT_OPERATORS,
  type Item, type JsonObject, type ParseOptions, type SegmentExplanation, type SegmentTrace, type Store,
} from '../../core';
import { storeOf } from '../shared/config-nodes';
import { toProblem, type Problem } from '../shared/problem';
import { readJson } from '../shared/request';

const TYPE = 'push-segment-filter';

interface Question {
  condition: JsonObject;
  /** Id of a deployed store. */
  store?: string;
  /** People to count instead of the stored ones. */
  people?: Item[];
  /** Id of a person whose answer is explained. */
  person?: string;
  category?: string;
}

export function offerEditorRoutes(RED: NodeAPI): void {
  RED.httpAdmin.get(`/${TYPE}/language`, RED.auth.needsPermission(`${TYPE}.read`), (_request, response) => {
    reply(response as unknown as ServerResponse, { operators: SEGMENT_OPERATORS, parts: OPERAND_PARTS, events: SEGMENT_EVENTS, fields: PERSON_FIELDS });
  });
  // What a dialog offers beside typing it; nothing where the store is not deployed yet or does not open.
  RED.httpAdmin.get(`/${TYPE}/:store/names`, RED.auth.needsPermission(`${TYPE}.read`), (request, response) => {
    const store = String(request.params['store']);
    // Of people only the names of their fields: who may not see people may see these.
    void Promise.all([knownTo(RED, store), askStore(RED, store, fieldsInStore, [])]).then(([{ events = [], lists = new Map() }, fields]) =>
      reply(response as unknown as ServerResponse, { lists: [...lists.keys()], events: [...new Set([...SEGMENT_EVENTS, ...events])], fields }));
  });
  RED.httpAdmin.post(`/${TYPE}/check`, RED.auth.needsPermission(`${TYPE}.read`), (request, response) => {
    void answer(request, response, async ({ conditions, store }: { conditions: unknown[]; store?: string }) => {
      const known = await knownTo(RED, store);
      return { problems: conditions.map((condition) => problemOf(() => parseCondition(condition, known))) };
    });
  });
  // It shows people's data: only for who may change flows.
  RED.httpAdmin.post(`/${TYPE}/explain`, RED.auth.needsPermission(`${TYPE}.write`), (request, response) => {
    void answer(request, response, (question: Question) => explain(RED, question));
  });

  async function answer<T>(request: unknown, response: unknown, work: (body: T) => Promise<object>): Promise<void> {
    const result = await readJson(request as IncomingMessage).then((body) => work(body as T)).catch((thrown: unknown) => ({ problem: toProblem(thrown) }));
    reply(response as ServerResponse, result);
  }
}

async function explain(RED: NodeAPI, { condition, store: id, people, person, category }: Question): Promise<{ explanation: SegmentExplanation; trace?: SegmentTrace }> {
  const options = category ? { category } : {};
  if (people === undefined) {
    return storeOf(RED, id ?? '').store.use(async (store) => ({
      explanation: await explainAudience(store, condition, options),
      ...(person && { trace: await explainPerson(store, condition, person) }),
    }));
  }
  if (!Array.isArray(people) || !people.every(isJsonObject)) {
    throw new PushError('not-an-object', 'The people are no list of objects.', 'Write a list such as [{ "id": "1", "country": "FR" }].');
  }
  const count = async (store?: Store) => {
    const one = person ? people.find((item) => String(item['id']) === person) : undefined;
    if (person && one === undefined) throw new PushError('person-unknown', `Nobody with the id '${person}' is among these people.`, 'Correct the id.', { id: person });
    const more = { ...options, ...(store && { store }) };
    return { explanation: await explainItems(people, condition, more), ...(one && { trace: await explainItem(one, condition, more) }) };
  };
  return id ? storeOf(RED, id).store.use(count) : count();
}

/** Saved lists and own events; nothing where the store is not deployed yet, so that names pass. */
function knownTo(RED: NodeAPI, store: string | undefined): Promise<ParseOptions> {
  return askStore<ParseOptions>(RED, store, knownToStore, {});
}

/** @param otherwise where no store is chosen, it is not deployed yet or does not open */
async function askStore<T>(RED: NodeAPI, id: string | undefined, work: (store: Store) => Promise<T>, otherwise: T): Promise<T> {
  if (!id) return otherwise;
  try {
    return await storeOf(RED, id).store.use(work);
  } catch {
    return otherwise;
  }
}

function problemOf(parse: () => unknown): Problem | null {
  try {
    parse();
    return null;
  } catch (thrown) {
    return toProblem(thrown);
  }
}

function reply(response: ServerResponse, value: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}
