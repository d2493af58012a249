import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { compileStage } from '../../core';
import { runStage } from '../shared/items';
import { addPreviews } from './preview';
import { readTemplateStage } from './template';
import { properties } from './TemplatePersonalize.description';

export class TemplatePersonalize implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push Template Personalize',
    name: 'templatePersonalize',
    icon: { light: 'file:../../icons/template.light.svg', dark: 'file:../../icons/template.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["title"] || $parameter["body"] }}',
    description: 'Write a push message for each person, in their language, for Android and iOS',
    defaults: { name: 'Push Template Personalize' },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: ['Ready', 'Not Written'],
    parameterPane: 'wide',
    usableAsTool: true,
    properties,
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const [ready = [], unwritable = []] = await runStage(this, 2, () => compileStage({ template: readTemplateStage(this) }, { now: new Date() }));
    return [await addPreviews(this, ready), unwritable];
  }
}
