/** The parameters of the policies: who gets the campaign when, and how often. */
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { PolicyOptions, Repeat } from '../../core';
import { collectionParameter, textParameter, withoutBlanks } from '../shared/configuration';

const fixed = (displayName: string, name: string, description: string, values: INodeProperties[], many = false): INodeProperties => ({
  displayName,
  name,
  type: 'fixedCollection',
  ...(many && { typeOptions: { multipleValues: true } }),
  default: {},
  description,
  placeholder: `Add ${displayName}`,
  options: [{ displayName, name: 'rule', values }],
});
const time = (displayName: string, name: string, value: string): INodeProperties => ({
  displayName, name, type: 'string', default: value, required: true, placeholder: 'e.g. 08:30', description: "HH:MM on the person's own clocks",
});
const count = (displayName: string, name: string, value: number, description: string): INodeProperties => ({
  displayName, name, type: 'number', typeOptions: { minValue: 1 }, default: value, description,
});

export const repeatFields: INodeProperties[] = [
  {
    displayName: 'Each Person Gets It',
    name: 'repeat',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Once a Day', value: 'day', description: 'The occurrence is the date, in the time zone of the policies (UTC if none)' },
      { name: 'Once a Week', value: 'week', description: 'The occurrence is the ISO week, such as 2026-W05' },
      { name: 'Once for Each Key', value: 'key', description: 'Such as the number of an order: for messages that a person waits for' },
      { name: 'Once in the Occurrence', value: 'occurrence', description: 'However often the workflow runs' },
      { name: 'Whenever an Item Comes', value: 'message', description: 'No limit, and nothing that keeps a repeated run from sending again' },
    ],
    default: 'occurrence',
  },
  {
    displayName: 'Occurrence',
    name: 'occurrence',
    type: 'string',
    default: 'once',
    required: true,
    placeholder: 'e.g. {{ $today.toISODate() }}',
    description: 'One run of a recurring campaign. Nobody gets the same occurrence twice, however often the workflow runs. Evaluated once, for the first item.',
    displayOptions: { hide: { repeat: ['day', 'week'] } },
  },
  {
    displayName: 'Key Field',
    name: 'keyField',
    type: 'string',
    noDataExpression: true,
    default: 'orderId',
    required: true,
    description: 'The field of the item that tells the messages of one person apart; a dotted path reaches into objects',
    displayOptions: { show: { repeat: ['key'] } },
  },
];

export const policiesField: INodeProperties = {
  displayName: 'Policies',
  name: 'policies',
  type: 'collection',
  placeholder: 'Add Policy',
  default: {},
  description: 'Rules about when and how often people may be disturbed, each counted in the output. People who have to wait leave by Held, and are sent to when this node runs again.',
  options: [
    count('Audience Cap', 'audienceCap', 10000, 'How many people the occurrence reaches at most, over all its runs'),
    fixed('Canary', 'canary', 'Sends to a small share first and to the others later, so that you can look, and cancel', [
      { displayName: 'Share (%)', name: 'percent', type: 'number', typeOptions: { minValue: 0.1, maxValue: 99, numberPrecision: 1 }, default: 5 },
      count('Minutes', 'minutes', 60, 'How long the others wait, from the start of the occurrence'),
      { displayName: 'Most Failed (%)', name: 'mostFailed', type: 'number', typeOptions: { minValue: 0, maxValue: 100 }, default: 20, description: 'The others go on waiting where the message failed for more of the share; devices that are gone do not count' },
    ]),
    fixed('Frequency Caps', 'caps', 'How many messages a person gets at most; all rules hold', [
      count('Messages', 'most', 1, 'At most so many'),
      count('Hours', 'hours', 24, 'In so many hours, rolling; up to 720'),
      { displayName: 'Category', name: 'category', type: 'string', default: '', description: 'Only messages of this consent category; all campaigns together if empty' },
    ], true),
    fixed('Minimum Gap', 'gap', 'How long after the last message the next one may come', [
      count('Minutes', 'minutes', 120, 'Since the last message of any campaign'),
      {
        displayName: 'Otherwise', name: 'then', type: 'options', default: 'skip',
        options: [{ name: 'Hold Back Until Then', value: 'hold' }, { name: 'Skip', value: 'skip' }],
      },
    ]),
    fixed('Quiet Hours', 'quietHours', "Hours in which nobody is disturbed, on the person's own clocks. Alerts and transactions pass.", [
      time('From', 'from', '22:00'),
      time('To', 'to', '08:00'),
      {
        displayName: 'In Them', name: 'then', type: 'options', default: 'hold',
        options: [
          { name: 'Hold Back Until They End', value: 'hold' },
          { name: 'Send Without a Sound', value: 'silent' },
          { name: 'Skip', value: 'skip' },
        ],
      },
    ]),
    fixed('Send at Local Time', 'localTime', 'The hour at which each person gets it, on their own clocks', [
      time('Time', 'time', '18:30'),
      { displayName: 'Date', name: 'date', type: 'string', default: '', placeholder: 'e.g. 2026-12-24', description: 'If empty: the day on which the occurrence began' },
      {
        displayName: 'If Past', name: 'past', type: 'options', default: 'send',
        options: [{ name: 'Send at Once', value: 'send' }, { name: 'Send the Next Day', value: 'next-day' }, { name: 'Skip', value: 'skip' }],
        description: 'Where that is more than an hour ago',
      },
    ]),
    {
      displayName: 'Time Zone', name: 'zone', type: 'string', default: 'Europe/Paris', placeholder: 'e.g. Europe/Paris',
      description: "The campaign's own IANA time zone: for its days, and for people whose zone is not known; UTC without this",
    },
    {
      displayName: 'Unknown Time Zone', name: 'unknownZone', type: 'options', default: 'campaign',
      options: [{ name: "Use the Campaign's", value: 'campaign' }, { name: 'Skip the Person', value: 'skip' }],
      description: 'What to do, where a rule asks for it, with people whose time zone is not known',
    },
  ],
};

export function readRepeat(context: IExecuteFunctions): Repeat {
  const per = context.getNodeParameter('repeat', 0, 'occurrence') as Repeat['per'];
  return per === 'key' ? { per, field: textParameter(context, 'keyField') ?? '' } : { per };
}

/** What was added, in core's form: a fixed collection holds its rule, or its rules, one level down. */
export function readPolicies(context: IExecuteFunctions): PolicyOptions {
  const { canary, caps, gap, quietHours, localTime, ...plain } = collectionParameter(context, 'policies', ['audienceCap']);
  const rules = {
    ...plain,
    canary: ruleOf(canary, ({ percent, mostFailed, ...rest }) => ({ ...rest, share: Number(percent) / 100, ...(mostFailed !== undefined && { mostFailed: Number(mostFailed) / 100 }) })),
    caps: (caps as { rule?: IDataObject[] } | undefined)?.rule?.map(withoutBlanks),
    gap: ruleOf(gap),
    quietHours: ruleOf(quietHours),
    localTime: ruleOf(localTime),
  };
  return withoutBlanks(rules) as PolicyOptions;
}

function ruleOf(value: unknown, read: (rule: IDataObject) => IDataObject = (rule) => rule): IDataObject | undefined {
  const rule = (value as { rule?: IDataObject } | undefined)?.rule;
  return rule === undefined ? undefined : (withoutBlanks(read(rule)) as IDataObject);
}
