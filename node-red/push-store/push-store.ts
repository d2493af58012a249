import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { openStore } from '../../core';
import type { StoreNode } from '../shared/config-nodes';
import { Shared } from '../shared/uses';

interface Definition extends NodeDef {
  path: string;
  pathType: string;
}

const FILE = 'push-campaigns.sqlite';

/** The file of people, ledger and events; opened by the first node that needs it, shared by all. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-store', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const named = definition.pathType === 'env' ? process.env[definition.path] : definition.path;
    const path = named?.trim() || join(RED.settings.userDir ?? '.', FILE);
    const store = new Shared(() => openStore({ sqlite: path }), (opened) => opened.close());
    (this as StoreNode).store = store;
    this.on('close', (done: () => void) => void store.end().then(done, done));
  });
}
