import type { Node, NodeAPI, NodeDef } from 'node-red';
import { compileStage } from '../../core';
import { runStageNode } from '../shared/stage-node';

interface Definition extends NodeDef {
  property: string;
  key: string;
  arms: { name: string; weight: number | string }[];
  control: number | string;
}

/** Gives each person an arm, the same for ever, or holds them out. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-ab-split', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    runStageNode(RED, this, definition.property, () => compileStage({
      split: {
        key: definition.key,
        arms: (definition.arms ?? []).map(({ name, weight }) => ({ name, weight: Number(weight) })),
        control: Number(definition.control || 0),
      },
    }));
  });
}
