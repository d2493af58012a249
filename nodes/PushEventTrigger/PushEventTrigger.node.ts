import {
  NodeConnectionTypes,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
} from 'n8n-workflow';
import { credentialTests } from '../shared/gateways';
import { nodeError } from '../shared/problem';
import { answerRequest } from './answer';
import { properties } from './PushEventTrigger.description';

const webhook = (httpMethod: IWebhookDescription['httpMethod']): IWebhookDescription => ({
  name: 'default',
  httpMethod,
  responseMode: 'onReceived',
  responseData: '',
  path: '={{$parameter["path"]}}',
  isFullPath: true,
});

export class PushEventTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Push Event Trigger',
    name: 'pushEventTrigger',
    icon: { light: 'file:../../icons/events.light.svg', dark: 'file:../../icons/events.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["path"] }}',
    description: 'Hear from phones what became of a push: received, opened, clicked, converted, unsubscribed',
    eventTriggerDescription: 'Waiting for events of phones, or for a click on a link',
    triggerPanel: {
      header: 'Listen for events of phones',
      executionsHelp: {
        inactive:
          "<b>While you build</b>: click 'Execute step', then post an event to the test URL. <br /> <br /> <b>For campaigns</b>: publish the workflow and put the production URL into the tracking credential; pushes carry it to the phones. These executions are in the list of executions, not in the editor.",
        active:
          "Phones send to the production URL; those executions are in the <a data-key=\"executions\">list of executions</a>. <br /> <br /> To try something here, click 'Execute step' and post an event to the test URL.",
      },
      activationHint: 'Publish the workflow to hear from phones at the production URL.',
    },
    defaults: { name: 'Push Event Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pushTrackingApi', displayName: 'Tracking', required: true, testedBy: 'trackingCheck' }, { name: 'pushStoreApi', displayName: 'Store', required: false, testedBy: 'storeCheck' }],
    webhooks: [webhook('POST'), webhook('GET'), webhook('HEAD')],
    properties,
  };

  methods = { credentialTest: { trackingCheck: credentialTests.trackingCheck, storeCheck: credentialTests.storeCheck } };

  /** n8n itself registers the address; there is nobody else to be told. */
  webhookMethods = {
    default: {
      checkExists: async () => true,
      create: async () => true,
      delete: async () => true,
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    try {
      return await answerRequest(this);
    } catch (thrown) {
      throw nodeError(this.getNode(), thrown);
    }
  }
}
