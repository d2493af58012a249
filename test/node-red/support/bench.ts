/** Runs nodes in the real Node-RED: messages go in over HTTP, whatever comes out is collected over HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FlowNode, NodeRedHost } from '../../../demo/hosts/node-red';

type Json = Record<string, unknown>;

/** A node under test: its type and properties as the editor would save them. */
export type TestNode = Omit<FlowNode, 'id'> & { id?: string; outputs?: number };

export interface Outcome {
  /** Messages by output, in the order in which they came. */
  outputs: Json[][];
  /** What reached the Catch node: the message with `error`. */
  caught: (Json & { error: { message: string; code?: string } })[];
  /** How many messages were reported done. */
  completed: number;
}

const TAB = 'bench';
const QUIET_MS = 120;
const LONGEST_MS = 30_000;

export class Bench {
  private collected: { place: string; message: Json }[] = [];
  private server: Server | undefined;
  private address = '';

  constructor(readonly host: () => NodeRedHost) {}

  async open(): Promise<void> {
    this.server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => {
        this.collected.push({ place: request.url ?? '', message: JSON.parse(body) as Json });
        response.end();
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }

  /** Deploys the nodes side by side, each with its own entrance; `config` are config nodes. */
  async deploy(nodes: TestNode[], config: FlowNode[] = []): Promise<void> {
    const flows: FlowNode[] = [{ id: TAB, type: 'tab', label: 'Bench' }, ...config.map((node) => ({ ...node }))];
    nodes.forEach((node, index) => flows.push(...this.wired(node, index)));
    await this.host().deploy(flows);
  }

  /** Sends messages to the deployed node at this position and waits until nothing comes any more. */
  async send(messages: Json[], position = 0): Promise<Outcome> {
    this.collected = [];
    for (const message of messages) await this.post(message, position);
    await this.quiet((place) => place.startsWith(`/${position}/`), messages.length);
    return this.outcome(position);
  }

  /** Hands over a message without waiting for what comes of it. */
  async post(message: Json, position = 0): Promise<void> {
    const response = await fetch(`${this.host().url}/bench/${position}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(message),
    });
    if (!response.ok) throw new Error(`The bench answered ${response.status}: ${await response.text()}`);
  }

  /** Whether something comes to be within ten seconds. */
  async wait(until: () => boolean): Promise<boolean> {
    for (const began = Date.now(); Date.now() - began < 10_000; await pause(QUIET_MS)) if (until()) return true;
    return until();
  }

  /** One message to each deployed node. */
  async sendEach(messages: Json[]): Promise<Outcome[]> {
    return this.sendAll(messages.map((message, position) => ({ position, messages: [message] })));
  }

  /**
   * Messages to several deployed nodes; those of one node come in their order.
   * @param over what tells that a message is over; some nodes of Node-RED report nothing done, and all that tells is what they put out
   */
  async sendAll(batches: readonly { position: number; messages: Json[] }[], over?: RegExp): Promise<Outcome[]> {
    this.collected = [];
    await Promise.all(batches.map(async ({ position, messages }) => {
      for (const message of messages) await this.post(message, position);
    }));
    await this.quiet(() => true, batches.reduce((sum, { messages }) => sum + messages.length, 0), over);
    return batches.map(({ position }) => this.outcome(position));
  }

  /** Deploys one node and sends it messages. */
  async run(node: TestNode, messages: Json[], config: FlowNode[] = []): Promise<Outcome> {
    await this.deploy([node], config);
    return this.send(messages);
  }

  private outcome(position: number): Outcome {
    const at = (name: string) => this.collected.filter(({ place }) => place === `/${position}/${name}`).map(({ message }) => message);
    const outputs = this.collected.map(({ place }) => new RegExp(`^/${position}/output/(\\d+)$`).exec(place)?.[1]).filter((n) => n !== undefined).map(Number);
    return {
      outputs: Array.from({ length: Math.max(-1, ...outputs) + 1 }, (_, output) => at(`output/${output}`)),
      caught: at('caught') as Outcome['caught'],
      completed: at('completed').length,
    };
  }

  /** Every message is over (completed or caught), and nothing came for a moment. */
  private async quiet(mine: (place: string) => boolean, messages: number, done = /(caught|completed)$/): Promise<void> {
    const began = Date.now();
    let seen = -1;
    while (Date.now() - began < LONGEST_MS) {
      const over = new Set(this.collected.filter(({ place }) => mine(place) && done.test(place)).map(({ message }) => message['_msgid']));
      if (over.size >= messages && this.collected.length === seen) return;
      seen = this.collected.length;
      await pause(QUIET_MS);
    }
    throw new Error('Messages were neither completed nor caught.');
  }

  private wired(node: TestNode, index: number): FlowNode[] {
    const id = node.id ?? `node${index}`;
    const outputs = node.outputs ?? 1;
    const base = { z: TAB, x: 100, y: 100, name: '' };
    const report = (name: string, place: string): FlowNode[] => [
      {
        ...base, id: `${id}-${name}`, type: 'function', outputs: 1, wires: [[`${id}-${name}-post`]],
        // The whole message is what a flow sees; request and response objects cannot travel.
        func: `const { req, res, ...rest } = msg; return { payload: rest, url: ${JSON.stringify(`${this.address}/${index}/${place}`)} };`,
      },
      { ...base, id: `${id}-${name}-post`, type: 'http request', method: 'POST', ret: 'txt', url: '', headers: [], wires: [[]] },
    ];
    return [
      { ...base, id: `${id}-in`, type: 'http in', url: `/bench/${index}`, method: 'post', wires: [[`${id}-unpack`, `${id}-answer`]] },
      { ...base, id: `${id}-answer`, type: 'http response', statusCode: '202', headers: {}, wires: [] },
      { ...base, id: `${id}-unpack`, type: 'function', outputs: 1, func: 'const message = msg.payload; message._msgid = msg._msgid; return message;', wires: [[id]] },
      { ...base, ...node, id, type: String(node.type), wires: Array.from({ length: outputs }, (_, output) => [`${id}-output${output}`]) },
      ...Array.from({ length: outputs }, (_, output) => report(`output${output}`, `output/${output}`)).flat(),
      { ...base, id: `${id}-catch`, type: 'catch', scope: [id], uncaught: false, wires: [[`${id}-caught`]] },
      ...report('caught', 'caught'),
      { ...base, id: `${id}-complete`, type: 'complete', scope: [id], wires: [[`${id}-completed`]] },
      ...report('completed', 'completed'),
    ];
  }
}

/** Messages on an output whose payload is one person or a list of people: the people. */
export function people(outcome: Outcome, output: number): Json[] {
  return (outcome.outputs[output] ?? []).flatMap(({ payload }) => (Array.isArray(payload) ? (payload as Json[]) : [payload as Json]));
}
