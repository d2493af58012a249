/** What the demo needs of a host; both of them are started by a function of this shape. */
import type { Sandbox } from '../sandbox';

export interface DemoHost {
  /** `Node-RED 5.0.7`, `n8n 2.41.1` */
  name: string;
  editorUrl: string;
  /** File of the store that the campaign uses. */
  storePath: string;
  /** How a person gets into the editor, where it asks. */
  login?: string;
  /** Address of a path of the demo campaign: `push-demo/start`, `push-demo/report`, `push-events`. */
  address(path: string): string;
  stop(): Promise<void>;
}

export interface DemoHostOptions {
  sandbox: Sandbox;
  /** Folder of the host's own data and of the store. */
  dataFolder: string;
  /** 0: any free port. */
  port: number;
  /** The package: the root of this repository. */
  packageFolder: string;
}

export type StartDemoHost = (options: DemoHostOptions) => Promise<DemoHost>;

/** Origins as they stand in the files of examples/, and in their place those of this run. */
export function atAddresses<T>(example: T, sandbox: Sandbox, host: { from: string; to: string }): T {
  const text = JSON.stringify(example)
    .replaceAll('http://127.0.0.1:4010', sandbox.pageUrl)
    .replaceAll('http://127.0.0.1:4011', sandbox.gatewayUrl)
    .replaceAll(host.from, host.to);
  return JSON.parse(text) as T;
}
