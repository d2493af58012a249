import { resolve } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { checkStore, openStore, type PostgresLocation, type StoreLocation } from '../../core';
import { filled, offerCheck, type Fields } from '../shared/check';
import type { StoreNode } from '../shared/config-nodes';
import { textOrVariable } from '../shared/input';
import { Shared } from '../shared/uses';

const FILE = 'push-campaigns.sqlite';
const IN_MEMORY = ':memory:';

/** Where people, ledger and events are kept; opened by the first node that needs it, shared by all. */
export default function (RED: NodeAPI): void {
  const userDir = RED.settings.userDir ?? '.';
  RED.nodes.registerType('push-store', function (this: Node<{ password: unknown }>, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    const fields = { ...(definition as unknown as Fields), ...(this.credentials as Fields) };
    const place = locate(fields, textOrVariable(RED, this, fields['path'] ?? '', fields['pathType'] ?? 'str'), userDir);
    const store = new Shared(() => openStore(place), (opened) => opened.close());
    (this as unknown as StoreNode).store = store;
    this.on('close', (done: () => void) => void store.end().then(done, done));
  }, { credentials: { password: { type: 'password' } } });
  offerCheck(RED, 'push-store', ['password'], (fields) => {
    const { path = '', pathType } = fields;
    return checkStore(locate(fields, pathType === 'env' ? (process.env[path] ?? '') : path, userDir));
  });
}

/** A store that was made before PostgreSQL could be chosen has no `kind`. */
function locate(fields: Fields, path: string, userDir: string): StoreLocation {
  const { kind, host, port, database, user, password, ssl, ca, schema } = filled(fields);
  if (kind !== 'postgres') return { sqlite: placeOf(path, userDir) };
  const place = { host, port: port === undefined ? undefined : Number(port), database, user, password, ssl, ca, schema };
  return { postgres: Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined)) as PostgresLocation };
}

/** A relative path begins in the user folder, wherever Node-RED was started. */
function placeOf(named: string, userDir: string): string {
  const path = named.trim();
  return path === IN_MEMORY ? path : resolve(userDir, path || FILE);
}
