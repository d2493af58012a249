import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** Firebase Cloud Messaging. Tested by the Push Send node, which asks Google (or the sandbox) without reaching a phone. */
export class FcmApi implements ICredentialType {
  name = 'fcmApi';

  displayName = 'Firebase Cloud Messaging API';

  icon = { light: 'file:../icons/fcm.light.svg', dark: 'file:../icons/fcm.dark.svg' } as const;

  documentationUrl = 'https://github.com/push-campaigns/n8n-nodes-push-campaigns/blob/main/docs/n8n.md#credentials';

  properties: INodeProperties[] = [
    {
      displayName: 'Authentication',
      name: 'authentication',
      type: 'options',
      options: [
        {
          name: 'Service Account',
          value: 'serviceAccount',
          description: 'A key file of the Firebase console: Project settings, Service accounts, Generate new private key',
        },
        {
          name: "The Machine's Own Google Credentials",
          value: 'applicationDefault',
          description: 'Application Default Credentials, such as those of a machine in Google Cloud',
        },
        {
          name: 'Access Token (Sandbox Only)',
          value: 'accessToken',
          description: 'Any token, for a push sandbox on this machine',
        },
      ],
      default: 'serviceAccount',
    },
    // eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- the key file holds a private key
    {
      displayName: 'Service Account JSON',
      name: 'serviceAccount',
      type: 'string',
      typeOptions: { password: true, rows: 6 },
      default: '',
      required: true,
      placeholder: '{ "type": "service_account", ... }',
      description: 'The whole text of the key file',
      displayOptions: { show: { authentication: ['serviceAccount'] } },
    },
    {
      displayName: 'Project ID',
      name: 'projectId',
      type: 'string',
      default: '',
      placeholder: 'e.g. my-app-1a2b3',
      description: 'ID of the Firebase project; needed where the credentials themselves do not name it',
      displayOptions: { show: { authentication: ['applicationDefault', 'accessToken'] } },
    },
    {
      displayName: 'Access Token',
      name: 'accessToken',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      displayOptions: { show: { authentication: ['accessToken'] } },
    },
    {
      displayName: 'Endpoint',
      name: 'endpoint',
      type: 'string',
      default: '',
      placeholder: 'e.g. http://127.0.0.1:4011',
      description: "Only for a push sandbox or a relay. If empty: Google's own.",
    },
    {
      displayName: 'Authority Certificate',
      name: 'ca',
      type: 'string',
      typeOptions: { rows: 3 },
      default: '',
      description: 'PEM of a certificate authority to trust besides the well-known ones; only where the endpoint needs it',
    },
    // eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- the address may hold a password
    {
      displayName: 'Proxy',
      name: 'proxy',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      placeholder: 'e.g. http://user:password@proxy.example.com:8080',
      description: 'HTTP proxy on the way there. If empty: what HTTPS_PROXY and NO_PROXY say.',
    },
  ];
}
