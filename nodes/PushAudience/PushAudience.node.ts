import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { optionsParameter } from '../shared/configuration';
import { credentialTests } from '../shared/gateways';
import { runNode } from '../shared/items';
import { searchLists } from '../shared/list-search';
import { withStore } from '../shared/store';
import type { TopicAction } from '../../core';
import { CHANNEL_OPERATIONS, runChannels, runTopicChange, TOPIC_OPERATIONS } from './broadcast';
import { runImport } from './import';
import { isListOperation, runListOperation } from './lists';
import { isOperator, runOperator } from './operate';
import { runGetMany, runOnPeople } from './people';
import { properties } from './PushAudience.description';

export class PushAudience implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push Audience',
    name: 'pushAudience',
    icon: { light: 'file:../../icons/audience.light.svg', dark: 'file:../../icons/audience.dark.svg' },
    group: ['input'],
    version: 1,
    subtitle: '={{ $parameter["operation"] }}',
    description: 'Import, look up and select the people of push campaigns, and keep what they agreed to',
    defaults: { name: 'Push Audience' },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: ['Done', 'Rejected'],
    credentials: [
      {
        name: 'fcmApi', displayName: 'Android and Web: Firebase (FCM)', required: true, testedBy: 'fcmCheck',
        displayOptions: { show: { operation: [...TOPIC_OPERATIONS] } },
      },
      {
        name: 'apnsApi', displayName: 'iOS: Apple (APNs)', required: true, testedBy: 'apnsCheck',
        displayOptions: { show: { operation: [...CHANNEL_OPERATIONS] } },
      },
      { name: 'pushStoreApi', displayName: 'Store', required: false, testedBy: 'storeCheck' },
    ],
    usableAsTool: true,
    properties,
  };

  methods = {
    listSearch: { searchLists },
    credentialTest: { fcmCheck: credentialTests.fcmCheck, apnsCheck: credentialTests.apnsCheck, storeCheck: credentialTests.storeCheck },
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const operation = this.getNodeParameter('operation', 0) as string;
    if (CHANNEL_OPERATIONS.includes(operation)) return runNode(this, 2, 1, () => runChannels(this, operation));
    return runNode(this, 2, 1, () =>
      withStore(this, optionsParameter(this)['storeFile'], (store) => {
        if (operation === 'import' || operation === 'upsert') return runImport(this, store);
        if (isListOperation(operation)) return runListOperation(this, store, operation);
        if (TOPIC_OPERATIONS.includes(operation)) return runTopicChange(this, store, operation as TopicAction);
        if (isOperator(operation)) return runOperator(this, store, operation);
        if (operation === 'getAll') return runGetMany(this, store);
        return runOnPeople(this, store, operation);
      }),
    );
  }
}
