import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { compileStage, isAudienceReference, TemplateSummary } from '../../core';
import { runItems, runNode } from '../shared/items';
import { tellWritten } from '../shared/written';
import { addPreviews } from './preview';
import { summaryItem } from './summary';
import { readTemplateStage } from './template';
import { properties } from './TemplatePersonalize.description';

const OUTPUTS = ['Ready', 'Not Written', 'Summary'];
const NOT_WRITTEN = 1;

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
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: OUTPUTS,
    parameterPane: 'wide',
    usableAsTool: true,
    properties,
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runNode(this, OUTPUTS.length, NOT_WRITTEN, async () => {
      const template = readTemplateStage(this);
      const stage = compileStage({ template }, { now: new Date() });
      const summary = new TemplateSummary(template.copyCheck);
      const [ready = [], unwritable = []] = await runItems(this, stage.outputs.length, (person) => {
        const routes = stage.apply(person);
        if (!isAudienceReference(person)) for (const { item } of routes) summary.add(item);
        return routes;
      });
      const figures = summary.toJSON();
      if (figures.people > 0) tellWritten(this, figures);
      summary.hold();
      return [await addPreviews(this, ready), unwritable, figures.people > 0 ? [summaryItem(figures)] : []];
    });
  }
}
