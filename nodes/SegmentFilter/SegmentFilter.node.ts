import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { compileStage } from '../../core';
import { runStage } from '../shared/items';
import { readCondition } from './condition';
import { properties } from './SegmentFilter.description';

export class SegmentFilter implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push Segment Filter',
    name: 'segmentFilter',
    icon: { light: 'file:../../icons/segment.light.svg', dark: 'file:../../icons/segment.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["mode"] === "json" ? "condition as JSON" : "conditions" }}',
    description: 'Keep the people of a push campaign who fit a condition',
    defaults: { name: 'Push Segment Filter' },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: ['Matched', 'Not Matched'],
    parameterPane: 'wide',
    usableAsTool: true,
    properties,
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runStage(this, 2, () => compileStage({ segment: { condition: readCondition(this) } }, { now: new Date() }));
  }
}
