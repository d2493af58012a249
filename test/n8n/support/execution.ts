/** Reads what n8n recorded of an execution. */
import type { IDataObject } from 'n8n-workflow';
import type { N8nHost } from '../../../demo/hosts/n8n';

export interface NodeRun {
  /** Items by output. */
  outputs: { json: IDataObject; binary?: IDataObject; pairedItem?: { item: number } }[][];
  hints: string[];
  error?: { message: string; description?: string };
}

export interface Execution {
  status: string;
  error?: { message: string; description?: string; context?: { itemIndex?: number } };
  /** First run of each node, by its name. */
  nodes: Record<string, NodeRun>;
}

interface Recorded {
  resultData: {
    error?: Execution['error'];
    runData: Record<string, { data?: { main?: (NodeRun['outputs'][number] | null)[] }; hints?: { message: string }[]; error?: NodeRun['error'] }[]>;
  };
}

export async function lastExecution(host: N8nHost, workflowId: string): Promise<Execution> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const filter = encodeURIComponent(JSON.stringify({ workflowId }));
    const { results } = await host.rest<{ results: { id: string; status: string }[] }>('GET', `/rest/executions?filter=${filter}&limit=1`);
    const [latest] = results;
    if (latest !== undefined && ['success', 'error', 'canceled', 'crashed'].includes(latest.status)) {
      const { data, status } = await host.rest<{ data: string; status: string }>('GET', `/rest/executions/${latest.id}`);
      return readExecution(unflatten(data) as Recorded, status);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The execution does not end.');
}

export async function countExecutions(host: N8nHost, workflowId: string): Promise<number> {
  const filter = encodeURIComponent(JSON.stringify({ workflowId }));
  return (await host.rest<{ results: unknown[] }>('GET', `/rest/executions?filter=${filter}&limit=100`)).results.length;
}

function readExecution({ resultData: { error, runData } }: Recorded, status: string): Execution {
  const nodes = Object.fromEntries(Object.entries(runData).map(([name, [run]]): [string, NodeRun] => [name, {
    outputs: (run?.data?.main ?? []).map((items) => items ?? []),
    hints: (run?.hints ?? []).map(({ message }) => message),
    ...(run?.error && { error: run.error }),
  }]));
  return { status, ...(error && { error }), nodes };
}

/** The format of the package 'flatted': a list in which texts inside objects are positions of that list. */
function unflatten(text: string): unknown {
  const parts = JSON.parse(text) as unknown[];
  const known = new Map<number, unknown>();
  const read = (position: number): unknown => {
    const part = parts[position];
    if (typeof part !== 'object' || part === null) return part;
    if (known.has(position)) return known.get(position);
    known.set(position, part);
    const fields = part as Record<string, unknown>;
    for (const [key, value] of Object.entries(fields)) if (typeof value === 'string') fields[key] = read(Number(value));
    return part;
  };
  return read(0);
}
