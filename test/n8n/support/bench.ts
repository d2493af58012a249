/** Runs nodes in the real n8n: a webhook brings the items, every node under test gets all of them. */
import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import type { N8nHost, N8nWorkflow } from '../../../demo/hosts/n8n';
import type { HostClock } from '../../support/host-clock';
import { lastExecution, type Execution, type NodeRun } from './execution';

export interface TestNode {
  /** Class of this package with a small first letter (`pushSend`), or the full name of another node type. */
  type: string;
  parameters?: IDataObject;
  onError?: undefined | 'continueRegularOutput' | 'continueErrorOutput';
  credentials?: string[];
  typeVersion?: number;
  retryOnFail?: boolean;
}

/** Type of each credential of the suite; all others are for tracking. */
const TYPES: Record<string, string> = {
  fcm: 'fcmApi', 'service account': 'fcmApi', 'cut-off service account': 'fcmApi', unreachable: 'fcmApi', 'behind a proxy': 'fcmApi',
  apns: 'apnsApi', 'no key': 'apnsApi', 'two keys': 'apnsApi', 'next key cut off': 'apnsApi',
  store: 'pushStoreApi', 'store file': 'pushStoreApi', 'no store': 'pushStoreApi',
};

export function fullType(type: string): string {
  return type.includes('.') ? type : `n8n-nodes-push-campaigns.${type}`;
}

export class Bench {
  constructor(readonly host: () => N8nHost, private readonly clock: HostClock) {}

  /** Runs one node over the items; the result is what it put out, or the error that stopped the workflow. */
  async run(node: TestNode, items: unknown[], before?: TestNode): Promise<NodeRun & { stopped?: Execution['error'] }> {
    const { nodes, error } = await this.runAll([node], items, before);
    return { ...(nodes['Node 0'] ?? { outputs: [], hints: [] }), ...(error && { stopped: error }) };
  }

  /**
   * Runs several nodes side by side; they are called 'Node 0', 'Node 1' and so on. All get what `before` makes of the items.
   * @param now where n8n's clock stands while they run
   */
  async runAll(nodes: TestNode[], items: unknown[], before?: TestNode, now?: string): Promise<Execution> {
    const path = `bench-${randomUUID()}`;
    const id = await this.host().addWorkflow(workflowOf(path, nodes, before));
    const run = () => this.call(path, { items });
    await (now === undefined ? run() : this.clock.at(now, run));
    return lastExecution(this.host(), id);
  }

  async call(path: string, body: unknown, method = 'POST'): Promise<Response> {
    return fetch(this.host().webhook(path), {
      signal: AbortSignal.timeout(20_000),
      method,
      ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  }
}

const SAME: TestNode = { type: 'n8n-nodes-base.noOp' };

function workflowOf(path: string, nodes: TestNode[], before = SAME): N8nWorkflow {
  const webhook = { path, httpMethod: 'POST', responseMode: 'lastNode', responseData: 'noData' };
  return {
    name: path,
    settings: { executionOrder: 'v1' },
    nodes: [
      { id: randomUUID(), name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0], webhookId: path, parameters: webhook },
      { id: randomUUID(), name: 'Items', type: 'n8n-nodes-base.splitOut', typeVersion: 1, position: [200, 0], parameters: { fieldToSplitOut: 'body.items' } },
      nodeOf('Before', before, [400, 0]),
      ...nodes.map((node, index) => nodeOf(`Node ${index}`, node, [600, index * 200])),
    ],
    connections: {
      Webhook: { main: [[{ node: 'Items', type: 'main', index: 0 }]] },
      Items: { main: [[{ node: 'Before', type: 'main', index: 0 }]] },
      Before: { main: [nodes.map((_node, index) => ({ node: `Node ${index}`, type: 'main', index: 0 }))] },
    },
  };
}

function nodeOf(name: string, { type, parameters = {}, credentials = [], typeVersion = 1, ...more }: TestNode, position: number[]) {
  return {
    id: randomUUID(),
    name,
    type: fullType(type),
    typeVersion,
    position,
    parameters,
    ...more,
    credentials: Object.fromEntries(credentials.map((credential) => [TYPES[credential] ?? 'pushTrackingApi', { name: credential }])),
  };
}
