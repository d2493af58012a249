/** What a message can be besides its texts; the names are those of core's Template. */
import type { INodeProperties } from 'n8n-workflow';
import { subtitleField } from '../shared/message';
import { fragmentsField } from './fields';

export const messageOptions: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    {
      displayName: 'Action Buttons',
      name: 'buttons',
      type: 'fixedCollection',
      placeholder: 'Add Button',
      typeOptions: { multipleValues: true },
      default: {},
      description: 'At most three. On iOS the app shows those of the category.',
      options: [
        {
          name: 'values',
          displayName: 'Button',
          values: [
            { displayName: 'ID', name: 'id', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. later', description: 'What the app reports when it is tapped' },
            { displayName: 'Title', name: 'title', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. Remind me' },
            { displayName: 'Link', name: 'link', type: 'string', noDataExpression: true, default: '' },
          ],
        },
      ],
    },
    { displayName: 'Analytics Label', name: 'analyticsLabel', type: 'string', noDataExpression: true, default: '', description: "Label of the message in Firebase's own reports" },
    { displayName: 'Badge', name: 'badge', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. 1, {{unread}} or +1', description: "Number on the app's icon; with a plus sign it is added to the number" },
    { displayName: 'Call (VoIP)', name: 'voip', type: 'boolean', default: false, description: 'Whether to show nothing and let the app ring at once with the data' },
    { displayName: 'Category', name: 'category', type: 'string', noDataExpression: true, default: '', description: 'Names the set of action buttons that the app defines' },
    { displayName: 'Channel (Android)', name: 'channel', type: 'string', noDataExpression: true, default: '', description: "ID of one of the app's notification channels" },
    { displayName: 'Collapse ID', name: 'collapseId', type: 'string', noDataExpression: true, default: '', description: 'A later message with the same ID replaces this one on the phone' },
    { displayName: 'Content Available (iOS)', name: 'contentAvailable', type: 'boolean', default: false, description: 'Whether to wake the app besides showing the message' },
    {
      displayName: 'Copy Check',
      name: 'copyCheck',
      type: 'options',
      options: [
        { name: 'Off', value: 'off', description: 'The texts are not looked at' },
        { name: 'Stop the Run on a Finding', value: 'gate', description: 'Nobody gets a message whose texts break a rule' },
        { name: 'Warn', value: 'warn', description: 'Findings are told under the node and in the output Summary' },
      ],
      default: 'warn',
      description: 'Reads the written texts of everybody: length on each screen, call to action, shouting, jargon, holes, English and French',
    },
    { displayName: 'Copy Check: Most Stand-Ins (%)', name: 'fallbackShare', type: 'number', typeOptions: { minValue: 0, maxValue: 100 }, default: 20, description: 'A field that is missing for more people than this is a finding' },
    { displayName: 'Copy Check: Share of People (%)', name: 'copySample', type: 'number', typeOptions: { minValue: 0, maxValue: 100 }, default: 100, description: 'Whose texts are looked at; the same people in each run' },
    fragmentsField,
    {
      displayName: 'If Too Long',
      name: 'overflow',
      type: 'options',
      options: [
        { name: 'Do Not Write to This Person', value: 'refuse' },
        { name: 'Shorten the Body', value: 'shorten' },
      ],
      default: 'refuse',
      description: 'What to do where a payload comes out over the 4,096 bytes that gateways take',
    },
    {
      displayName: 'Interruption Level (iOS)',
      name: 'interruptionLevel',
      type: 'options',
      options: [
        { name: 'Active', value: 'active', description: 'Lights up the screen and may play a sound' },
        { name: 'Critical', value: 'critical', description: 'Sounds even where the phone is muted; needs an entitlement from Apple' },
        { name: 'Passive', value: 'passive', description: 'Goes to the list without a sound' },
        { name: 'Time Sensitive', value: 'time-sensitive', description: 'Breaks through Focus' },
      ],
      default: 'active',
    },
    {
      displayName: 'Live Activity (iOS)',
      name: 'liveActivity',
      type: 'json',
      noDataExpression: true,
      default: '{\n  "event": "update",\n  "contentState": { "eta": "{{eta}}" }\n}',
      description: 'Starts, updates or ends a Live Activity over APNs. To start one, also attributesType and attributes. Texts in it are templates.',
    },
    { displayName: 'Mutable Content (iOS)', name: 'mutableContent', type: 'boolean', default: false, description: 'Whether the app may change the message before it is shown. Set by itself where there is an image.' },
    {
      displayName: 'Priority',
      name: 'priority',
      type: 'options',
      options: [
        { name: 'High', value: 'high', description: 'Now, also to a sleeping phone' },
        { name: 'Normal', value: 'normal', description: 'When it suits the battery' },
      ],
      default: 'high',
    },
    { displayName: 'Relevance Score (iOS)', name: 'relevanceScore', type: 'number', typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 }, default: 0.5, description: "From 0 to 1: which of the app's messages the summary shows first" },
    {
      displayName: 'Reserve Bytes for Tracking',
      name: 'reserveBytes',
      type: 'number',
      typeOptions: { minValue: 0, maxValue: 4000 },
      default: 0,
      description: "Bytes of the payload to keep free for what Push Send adds with a tracking credential: about 150 and the events URL, and the link's own length once more",
    },
    { displayName: 'Silent', name: 'silent', type: 'boolean', default: false, description: 'Whether to show nothing: the app gets the data in the background' },
    { displayName: 'Sound', name: 'sound', type: 'string', noDataExpression: true, default: 'default', description: 'Default, or the name of a sound of the app' },
    subtitleField,
    { displayName: 'Thread (iOS)', name: 'thread', type: 'string', noDataExpression: true, default: '', description: 'Messages with the same thread are shown as a group' },
    { displayName: 'Time to Live (Seconds)', name: 'ttlSeconds', type: 'number', typeOptions: { minValue: 0, maxValue: 2419200 }, default: 86400, description: 'How long a gateway keeps the message for a phone that is off; 0 for now or never' },
    { displayName: 'Web: Icon URL', name: 'webIcon', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. https://shop.example/icon.png' },
    { displayName: 'Web: Tell Browsers More', name: 'web', type: 'boolean', default: true, description: 'Whether browsers also get time to live, priority, action buttons and icon' },
  ],
};
