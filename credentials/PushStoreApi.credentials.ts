import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const of = (...kind: string[]): NonNullable<INodeProperties['displayOptions']> => ({ show: { kind } });

/** Where people, consents, the ledger and events are kept. */
export class PushStoreApi implements ICredentialType {
  name = 'pushStoreApi';

  displayName = 'Push Store API';

  icon = { light: 'file:../icons/store.light.svg', dark: 'file:../icons/store.dark.svg' } as const;

  documentationUrl = 'https://github.com/push-campaigns/n8n-nodes-push-campaigns/blob/main/docs/n8n.md#the-store';

  properties: INodeProperties[] = [
    {
      displayName: 'Kind',
      name: 'kind',
      type: 'options',
      options: [
        { name: 'PostgreSQL Database', value: 'postgres', description: 'For queue mode and for several instances: all of them share it' },
        { name: 'SQLite File', value: 'sqlite', description: 'For one machine: nothing to set up' },
      ],
      default: 'postgres',
    },
    {
      displayName: 'File',
      name: 'file',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. /home/node/.n8n/push-campaigns.sqlite',
      description: 'Path of the file; it is made at first use',
      displayOptions: of('sqlite'),
    },
    { displayName: 'Host', name: 'host', type: 'string', default: 'localhost', required: true, displayOptions: of('postgres') },
    { displayName: 'Port', name: 'port', type: 'number', default: 5432, displayOptions: of('postgres') },
    { displayName: 'Database', name: 'database', type: 'string', default: 'postgres', required: true, displayOptions: of('postgres') },
    { displayName: 'User', name: 'user', type: 'string', default: 'postgres', required: true, displayOptions: of('postgres') },
    { displayName: 'Password', name: 'password', type: 'string', typeOptions: { password: true }, default: '', displayOptions: of('postgres') },
    {
      displayName: 'SSL',
      name: 'ssl',
      type: 'options',
      options: [
        { name: 'Off', value: 'off', description: 'In the clear: only on the same machine or in a private network' },
        { name: 'On, Any Certificate', value: 'any', description: 'Encrypted; whoever sits in between could pretend to be the server' },
        { name: 'On, Trusted Certificate', value: 'require', description: 'Encrypted, and the certificate of the server is checked' },
      ],
      default: 'off',
      displayOptions: of('postgres'),
    },
    {
      displayName: 'Authority Certificate',
      name: 'ca',
      type: 'string',
      typeOptions: { rows: 3 },
      default: '',
      description: 'PEM of a certificate authority to trust besides the well-known ones',
      displayOptions: { show: { kind: ['postgres'], ssl: ['require'] } },
    },
    {
      displayName: 'Schema',
      name: 'schema',
      type: 'string',
      default: 'push_campaigns',
      description: 'Schema of our tables, apart from those of others; it is made at first use',
      displayOptions: of('postgres'),
    },
  ];
}
