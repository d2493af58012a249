import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** Where phones send their events, and the secret that signs what they hand back. */
export class PushTrackingApi implements ICredentialType {
  name = 'pushTrackingApi';

  displayName = 'Push Tracking API';

  icon = { light: 'file:../icons/tracking.light.svg', dark: 'file:../icons/tracking.dark.svg' } as const;

  documentationUrl = 'https://github.com/push-campaigns/n8n-nodes-push-campaigns/blob/main/docs/n8n.md#credentials';

  properties: INodeProperties[] = [
    {
      displayName: 'Events URL',
      name: 'eventsUrl',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. https://n8n.example.com/webhook/push-events',
      description: 'The production URL of the Push Event Trigger, as phones reach it',
    },
    {
      displayName: 'Secret',
      name: 'secret',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'A long random text of at least 16 characters; Push Send and Push Event Trigger must use the same',
    },
  ];
}
