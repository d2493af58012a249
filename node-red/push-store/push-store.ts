import { resolve } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { openStore } from '../../core';
import type { StoreNode } from '../shared/config-nodes';
import { textOrVariable } from '../shared/input';
import { Shared } from '../shared/uses';

interface Definition extends NodeDef {
  path: string;
  pathType: string;
}

const FILE = 'push-campaigns.sqlite';
const IN_MEMORY = ':memory:';

/** The file of people, ledger and events; opened by the first node that needs it, shared by all. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-store', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const path = placeOf(textOrVariable(RED, this, definition.path, definition.pathType), RED.settings.userDir ?? '.');
    const store = new Shared(() => openStore({ sqlite: path }), (opened) => opened.close());
    (this as StoreNode).store = store;
    this.on('close', (done: () => void) => void store.end().then(done, done));
  });
}

/** A relative path begins in the user folder, wherever Node-RED was started. */
function placeOf(named: string, userDir: string): string {
  const path = named.trim();
  return path === IN_MEMORY ? path : resolve(userDir, path || FILE);
}
