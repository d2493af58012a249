import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** Apple Push Notification service. Tested by the Push Send node, which asks Apple (or the sandbox) without reaching a phone. */
export class ApnsApi implements ICredentialType {
  name = 'apnsApi';

  displayName = 'Apple Push Notification Service API';

  icon = { light: 'file:../icons/apns.light.svg', dark: 'file:../icons/apns.dark.svg' } as const;

  documentationUrl = 'https://github.com/push-campaigns/n8n-nodes-push-campaigns/blob/main/docs/n8n.md#credentials';

  properties: INodeProperties[] = [
    {
      displayName: 'Bundle ID',
      name: 'bundleId',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. com.example.shop',
      description: 'ID of the app, as in its App Store record',
    },
    {
      displayName: 'Environment',
      name: 'environment',
      type: 'options',
      options: [
        { name: 'Production', value: 'production', description: 'Apps from the App Store and TestFlight' },
        { name: 'Development', value: 'development', description: 'Apps installed from Xcode' },
      ],
      default: 'production',
    },
    {
      displayName: 'Authentication',
      name: 'authentication',
      type: 'options',
      options: [
        { name: 'Key (.p8)', value: 'key', description: 'A key of the developer account: Certificates, Identifiers & Profiles, Keys' },
        { name: 'Certificate', value: 'certificate', description: 'A push certificate of the app, with its private key' },
      ],
      default: 'key',
    },
    {
      displayName: 'Team ID',
      name: 'teamId',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. ABCDE12345',
      description: 'Ten characters; in the membership details of the developer account',
      displayOptions: { show: { authentication: ['key'] } },
    },
    {
      displayName: 'Key ID',
      name: 'keyId',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. FGHIJ67890',
      description: "Ten characters; part of the key file's name",
      displayOptions: { show: { authentication: ['key'] } },
    },
    {
      displayName: 'Private Key',
      name: 'privateKey',
      type: 'string',
      typeOptions: { password: true, rows: 6 },
      default: '',
      required: true,
      placeholder: '-----BEGIN PRIVATE KEY-----',
      description: 'The whole text of the .p8 file',
      displayOptions: { show: { authentication: ['key'] } },
    },
    {
      displayName: 'Next Key ID',
      name: 'nextKeyId',
      type: 'string',
      default: '',
      placeholder: 'e.g. KLMNO12345',
      description: 'To replace a key without a pause: this one takes over when Apple refuses the first',
      displayOptions: { show: { authentication: ['key'] } },
    },
    {
      displayName: 'Next Private Key',
      name: 'nextPrivateKey',
      type: 'string',
      typeOptions: { password: true, rows: 6 },
      default: '',
      placeholder: '-----BEGIN PRIVATE KEY-----',
      description: 'The whole text of the .p8 file of the next key',
      displayOptions: { show: { authentication: ['key'] } },
    },
    {
      displayName: 'Certificate',
      name: 'certificate',
      type: 'string',
      typeOptions: { password: true, rows: 6 },
      default: '',
      required: true,
      placeholder: '-----BEGIN CERTIFICATE-----',
      description: 'PEM of the push certificate',
      displayOptions: { show: { authentication: ['certificate'] } },
    },
    {
      displayName: 'Private Key of the Certificate',
      name: 'certificateKey',
      type: 'string',
      typeOptions: { password: true, rows: 6 },
      default: '',
      required: true,
      placeholder: '-----BEGIN PRIVATE KEY-----',
      description: 'PEM of its private key',
      displayOptions: { show: { authentication: ['certificate'] } },
    },
    {
      displayName: 'Endpoint',
      name: 'endpoint',
      type: 'string',
      default: '',
      placeholder: 'e.g. http://127.0.0.1:4011',
      description: "Only for a push sandbox or a relay. If empty: Apple's own, by environment.",
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
