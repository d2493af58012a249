/** Runs nodes in the real n8n: a webhook brings the items, every node under test gets all of them. */
import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import type { N8nHost, N8nWorkflow } from '../../../demo/hosts/n8n';
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

const CREDENTIALS: Record<string, string> = { fcm: 'fcmApi', apns: 'apnsApi', tracking: 'pushTrackingApi' };

export function fullType(type: string): string {
  return type.includes('.') ? type : `n8n-nodes-push-campaigns.${type}`;
}

export class Bench {
  constructor(readonly host: () => N8nHost) {}

  /** Runs one node over the items; the result is what it put out, or the error that stopped the workflow. */
  async run(node: TestNode, items: unknown[]): Promise<NodeRun & { stopped?: Execution['error'] }> {
    const { nodes, error } = await this.runAll([node], items);
    return { ...(nodes['Node 0'] ?? { outputs: [], hints: [] }), ...(error && { stopped: error }) };
  }

  /** Runs several nodes side by side; they are called 'Node 0', 'Node 1' and so on. */
  async runAll(nodes: TestNode[], items: unknown[]): Promise<Execution> {
    const path = `bench-${randomUUID()}`;
    const id = await this.host().addWorkflow(workflowOf(path, nodes));
    await this.call(path, { items });
    return lastExecution(this.host(), id);
  }

  async call(path: string, body: unknown, method = 'POST'): Promise<Response> {
    return fetch(this.host().webhook(path), {
      method,
      ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  }
}

function workflowOf(path: string, nodes: TestNode[]): N8nWorkflow {
  const webhook = { path, httpMethod: 'POST', responseMode: 'lastNode', responseData: 'noData' };
  return {
    name: path,
    settings: { executionOrder: 'v1' },
    nodes: [
      { id: randomUUID(), name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0], webhookId: path, parameters: webhook },
      { id: randomUUID(), name: 'Items', type: 'n8n-nodes-base.splitOut', typeVersion: 1, position: [200, 0], parameters: { fieldToSplitOut: 'body.items' } },
      ...nodes.map(({ type, parameters = {}, credentials = [], typeVersion = 1, ...more }, index) => ({
        id: randomUUID(),
        name: `Node ${index}`,
        type: fullType(type),
        typeVersion,
        position: [400, index * 200],
        parameters,
        ...more,
        credentials: Object.fromEntries(credentials.map((name) => [CREDENTIALS[name], { name }])),
      })),
    ],
    connections: {
      Webhook: { main: [[{ node: 'Items', type: 'main', index: 0 }]] },
      Items: { main: [nodes.map((_node, index) => ({ node: `Node ${index}`, type: 'main', index: 0 }))] },
    },
  };
}
