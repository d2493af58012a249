import type { Node, NodeAPI, NodeDef } from 'node-red';
import { asksOfPerson, compileStage, compileStoredSegment } from '../../core';
import { storeOf } from '../shared/config-nodes';
import { runStageNode } from '../shared/stage-node';
import { readSegment, type SegmentConfiguration } from './condition';
import { offerEditorRoutes } from './editor-routes';

interface Definition extends NodeDef, SegmentConfiguration {
  property: string;
  /** Id of the store that knows what people did; empty where people bring it along. */
  store?: string;
}

/** Sends people on by whether they fit a condition, or by the segment that they fit. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-segment-filter', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const { property, store } = definition;
    // Without a fixed "now": a relative date in the condition goes by the moment of each message.
    runStageNode(RED, this, property, () => {
      const segment = readSegment(definition);
      if (!store || !asksOfPerson(segment)) return compileStage({ segment });
      return storeOf(RED, store).store.use((opened) => compileStoredSegment(segment, opened));
    });
  });
  offerEditorRoutes(RED);
}
