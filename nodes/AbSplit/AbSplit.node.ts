import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { compileStage } from '../../core';
import { optionsParameter, textParameter } from '../shared/configuration';
import { runStage } from '../shared/items';
import { properties } from './AbSplit.description';
import { splitOutputs } from './outputs';

export class AbSplit implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push A/B Split',
    name: 'abSplit',
    icon: { light: 'file:../../icons/split.light.svg', dark: 'file:../../icons/split.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["experiment"] }}',
    description: 'Split the people of a push campaign into arms and a held-out control group, the same person always into the same one',
    defaults: { name: 'Push A/B Split' },
    inputs: [NodeConnectionTypes.Main],
    outputs: `={{(${splitOutputs.toString()})($parameter)}}`,
    parameterPane: 'wide',
    usableAsTool: true,
    properties,
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const { values = [] } = this.getNodeParameter('arms', 0, {}) as { values?: { name?: string; weight: number }[] };
    return runStage(this, values.length + 1, () => {
      const split = {
        key: textParameter(this, 'experiment') ?? '',
        arms: values.map(({ name = '', weight }) => ({ name: name.trim(), weight })),
        control: this.getNodeParameter('control', 0, 0) as number,
      };
      return compileStage({ split }, { fields: optionsParameter(this) });
    });
  }
}
