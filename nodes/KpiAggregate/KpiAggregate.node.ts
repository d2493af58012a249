import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { campaignReport, reportOfItems, type Item, type KpiReport } from '../../core';
import { optionsParameter, textParameter, withoutBlanks } from '../shared/configuration';
import { credentialTests } from '../shared/gateways';
import { runNode } from '../shared/items';
import { withStore } from '../shared/store';
import { properties } from './KpiAggregate.description';
import { present } from './output';

export class KpiAggregate implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push KPI Aggregate',
    name: 'kpiAggregate',
    icon: { light: 'file:../../icons/kpi.light.svg', dark: 'file:../../icons/kpi.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["campaign"] || "all campaigns" }}',
    description: 'Add up what came of a push campaign: sent, opened, clicked, converted, opted out, by campaign and by arm',
    defaults: { name: 'Push KPI Aggregate' },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pushStoreApi', displayName: 'Store', required: false, testedBy: 'storeCheck', displayOptions: { show: { source: ['store'] } } }],
    usableAsTool: true,
    properties,
  };

  methods = { credentialTest: { storeCheck: credentialTests.storeCheck } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runNode(this, 1, 0, async () => [await present(this, await report(this))]);
  }
}

function report(context: IExecuteFunctions): KpiReport | Promise<KpiReport> {
  const { storeFile, ...given } = optionsParameter(context, ['attributionWindowHours', 'confidence']);
  const options = {
    ...given,
    ...withoutBlanks({ campaign: textParameter(context, 'campaign'), occurrence: textParameter(context, 'occurrence') }),
  };
  if (context.getNodeParameter('source', 0) === 'items') return reportOfItems(context.getInputData().map(({ json }) => json as Item), options);
  return withStore(context, storeFile, (store) => campaignReport(store, options));
}
