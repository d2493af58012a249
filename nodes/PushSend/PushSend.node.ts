import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { SEND_OUTPUTS, sendCampaign, type Item } from '../../core';
import { optionsParameter } from '../shared/configuration';
import { credentialTests, trackingOf, withGateways } from '../shared/gateways';
import { runNode } from '../shared/items';
import { withStore } from '../shared/store';
import { runBroadcasts } from './broadcast';
import { readCampaign } from './campaign';
import { SendCollector } from './collector';
import { properties } from './PushSend.description';
import { runTest } from './test-send';

export class PushSend implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push Send',
    name: 'pushSend',
    icon: { light: 'file:../../icons/send.light.svg', dark: 'file:../../icons/send.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] === "test" ? "Test send" : $parameter["campaign"] }}',
    description: 'Send a push campaign over Firebase (FCM) and Apple (APNs), to each person once',
    defaults: { name: 'Push Send' },
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: ['Sent', 'Failed', 'Suppressed', 'Held'],
    credentials: [
      { name: 'fcmApi', displayName: 'Android and Web: Firebase (FCM)', required: false, testedBy: 'fcmCheck' },
      { name: 'apnsApi', displayName: 'iOS: Apple (APNs)', required: false, testedBy: 'apnsCheck' },
      { name: 'pushTrackingApi', displayName: 'Tracking', required: false, testedBy: 'trackingCheck' },
      { name: 'pushStoreApi', displayName: 'Store', required: false, testedBy: 'storeCheck' },
    ],
    usableAsTool: true,
    properties,
  };

  methods = { credentialTest: credentialTests };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return runNode(this, SEND_OUTPUTS.length, SEND_OUTPUTS.indexOf('failed'), () =>
      withGateways(this, (gateways) =>
        withStore(this, optionsParameter(this)['storeFile'], async (store) => {
          const signal = this.getExecutionCancelSignal();
          const operation = this.getNodeParameter('operation', 0, 'people') as string;
          if (operation === 'test') return runTest(this, { store, gateways, ...(signal && { signal }) });
          if (operation !== 'people') return runBroadcasts(this, operation, store, gateways);
          const options = readCampaign(this);
          const tracking = await trackingOf(this);
          const collector = new SendCollector(this, options);
          const results = sendCampaign(
            this.getInputData().map(({ json }) => json as Item),
            { ...options, store, gateways, written: collector.written, ...(tracking && { tracking }), ...(signal && { signal }) },
          );
          for await (const result of results) collector.add(result);
          return collector.finish();
        }),
      ),
    );
  }
}
