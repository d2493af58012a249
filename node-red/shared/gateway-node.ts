/** What the two credential nodes have in common: a gateway for those who send, and a connection test for the editor. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeAPI } from 'node-red';
import { createGateway, type CredentialCheck, type GatewayOptions } from '../../core';
import type { GatewayNode } from './config-nodes';
import { flowError, textOf } from './problem';
import { readJson } from './request';
import { Shared } from './uses';

/** What the editor's dialog sends: its fields as they stand, secrets only where they were typed anew. */
export type Fields = Record<string, string | undefined>;

/** What the editor sends for a secret that was not touched. */
const UNCHANGED = '__PWRD__';

export function shareGateway(node: Node, options: () => GatewayOptions): void {
  const shared = new Shared(async () => createGateway(options()), (gateway) => gateway.close());
  (node as GatewayNode).gateway = shared;
  node.on('close', (done: () => void) => void shared.end().then(done, done));
}

/**
 * `POST <type>/<id>/check` on the editor's side: tries the fields of the dialog without reaching any phone. Only for who may
 * change flows: it shows a stored secret to the endpoint that the dialog names.
 */
export function offerCheck(RED: NodeAPI, type: string, secrets: readonly string[], options: (fields: Fields) => GatewayOptions): void {
  RED.httpAdmin.post(`/${type}/:id/check`, RED.auth.needsPermission(`${type}.write`), (request, response) => {
    void answer(response as unknown as ServerResponse, async () => {
      const fields = (await readJson(request as unknown as IncomingMessage)) as Fields;
      const stored = (RED.nodes.getCredentials(String(request.params['id'])) ?? {}) as Fields;
      for (const secret of secrets) {
        if (fields[secret] === undefined || fields[secret] === '' || fields[secret] === UNCHANGED) fields[secret] = stored[secret];
      }
      const gateway = createGateway(options(fields));
      try {
        return await gateway.check();
      } finally {
        await gateway.close();
      }
    });
  });

  async function answer(response: ServerResponse, check: () => Promise<CredentialCheck>): Promise<void> {
    const result = await check().then(
      ({ ok, message }): CredentialCheck => ({ ok, message: textOf(RED, ok ? 'check.works' : 'check.failed', { message }) }),
      (thrown: unknown): CredentialCheck => ({ ok: false, message: flowError(RED, thrown).message }),
    );
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(result));
  }
}

/** Fields without the empty ones: an empty field of a dialog says nothing. */
export function filled(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== ''));
}
