/** The connection test of a configuration node, for the editor. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import type { CredentialCheck } from '../../core';
import { toProblem, type Problem } from './problem';
import { readJson } from './request';

/** What the editor's dialog sends: its fields as they stand, also empty ones; secrets only where they were typed anew or taken out. */
export type Fields = Record<string, string | undefined>;

/** What the editor sends for a secret that was not touched. */
const UNCHANGED = '__PWRD__';

/**
 * `POST <type>/<id>/check` on the editor's side: tries the fields of the dialog. Only for who may change flows: it shows a
 * stored secret to the place that the dialog names. Answers in core's English; the dialog has the words in its own language.
 */
export function offerCheck(RED: NodeAPI, type: string, secrets: readonly string[], check: (fields: Fields) => Promise<CredentialCheck>): void {
  RED.httpAdmin.post(`/${type}/:id/check`, RED.auth.needsPermission(`${type}.write`), (request, response) => {
    const answer = async (): Promise<CredentialCheck> => {
      const fields = (await readJson(request as unknown as IncomingMessage)) as Fields;
      const stored = (RED.nodes.getCredentials(String(request.params['id'])) ?? {}) as Fields;
      for (const secret of secrets) {
        if (fields[secret] === undefined || fields[secret] === UNCHANGED) fields[secret] = stored[secret];
      }
      return check(fields);
    };
    void answer().catch((thrown: unknown): { ok: false; problem: Problem } => ({ ok: false, problem: toProblem(thrown) })).then((result) => {
      const out = response as unknown as ServerResponse;
      out.setHeader('content-type', 'application/json');
      out.end(JSON.stringify(result));
    });
  });
}

/** Fields without the empty ones: an empty field of a dialog says nothing. */
export function filled(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== ''));
}
