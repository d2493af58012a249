import type { INodeProperties } from 'n8n-workflow';
import { fieldNames } from '../shared/fields';
import { bodyField, handlebarsNotice, linkField, missingField, titleField } from '../shared/message';
import { storeFileOption } from '../shared/store';
import { policiesField, repeatFields } from './policies';
import { testFields, testOptions } from './test-send';

const BROADCASTS = ['channel', 'condition', 'topic'];

/** The property where one of these operations is chosen. */
const on = (operation: string[], property: INodeProperties): INodeProperties => ({
  ...property,
  displayOptions: { ...property.displayOptions, show: { ...property.displayOptions?.show, operation } },
});
const toPeople = (property: INodeProperties) => on(['people'], property);
const ofCampaign = (property: INodeProperties) => on(['people', ...BROADCASTS], property);

export const properties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Send to a Condition', value: 'condition', action: 'Send to a condition', description: 'One message to the FCM devices that fit a condition over topics' },
      { name: 'Send to a Live Activity Channel', value: 'channel', action: 'Send to a live activity channel', description: 'One update for all iPhones whose Live Activity is on an APNs channel' },
      { name: 'Send to a Topic', value: 'topic', action: 'Send to a topic', description: 'One message to the FCM devices that are subscribed' },
      { name: 'Send to People', value: 'people', action: 'Send to people', description: 'A message to each person of the input, by all rules of the campaign' },
      { name: 'Test Send', value: 'test', action: 'Send a test', description: "One person's message to devices that you list; nobody else gets anything, and nothing is counted" },
    ],
    default: 'people',
  },
  ...testFields,
  ofCampaign({
    displayName: 'Campaign',
    name: 'campaign',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. autumn-sale',
    description: 'Name of the campaign; the ledger and the figures go by it',
  }),
  on(['topic'], {
    displayName: 'Topic',
    name: 'topic',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. news-{{ $json.language }}',
    description: 'Letters, digits and - _ . ~ %. Evaluated for each item, and each topic gets the message once in the occurrence.',
  }),
  on(['condition'], {
    displayName: 'Condition',
    name: 'condition',
    type: 'string',
    default: '',
    required: true,
    placeholder: "e.g. 'news' in topics && !('sport' in topics)",
    description: 'Over five topics at most. Evaluated for each item.',
  }),
  on(['channel'], {
    displayName: 'Channel ID',
    name: 'channel',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. {{ $json.channel }}',
    description: 'As Push Audience gave it when it created the channel. The message must be a Live Activity of the template step: an update or an end.',
  }),
  ...repeatFields.map(ofCampaign),
  toPeople({
    displayName: 'Kind of Message',
    name: 'kind',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Alert', value: 'alert', description: 'Passes quiet hours and caps; rather twice than not at all' },
      { name: 'As the Message Says', value: '', description: 'The template may name a kind; without one, the rules of this node hold' },
      { name: 'News', value: 'news' },
      { name: 'Promotion', value: 'promotion' },
      { name: 'Reminder', value: 'reminder', description: 'Dropped in quiet hours' },
      { name: 'Transaction', value: 'transaction', description: 'What a person waits for: passes quiet hours and caps, and does not count; rather twice than not at all' },
    ],
    default: '',
    description: 'Of messages that name no kind themselves; says what happens in quiet hours, whether caps hold, and what becomes of unknown deliveries',
  }),
  toPeople({
    displayName: 'Consent Category',
    name: 'category',
    type: 'string',
    default: 'marketing',
    required: true,
    description: 'Kind of messages, as people agree to it',
  }),
  toPeople({
    displayName: 'Send To',
    name: 'consent',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Everybody, Consent Is Not Asked', value: 'none', description: 'For what a person waits for, such as a delivery or a password' },
      { name: 'Only People Who Opted In', value: 'opted-in' },
      { name: 'People Who Did Not Opt Out', value: 'not-opted-out' },
    ],
    default: 'not-opted-out',
  }),
  {
    displayName: 'Message',
    name: 'messageFrom',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'From Push Template Personalize', value: 'items', description: 'Each item brings the message that the template step wrote' },
      { name: 'Written Here', value: 'here', description: 'A title and a text; items that come with a message keep theirs' },
    ],
    default: 'items',
  },
  ...[handlebarsNotice, titleField, bodyField, linkField, missingField].map((property): INodeProperties => ({
    ...property,
    displayOptions: { show: { messageFrom: ['here'] } },
  })),
  {
    displayName: 'Text for Missing Fields',
    name: 'fallback',
    type: 'string',
    noDataExpression: true,
    default: '',
    displayOptions: { show: { messageFrom: ['here'], missing: ['fallback'] } },
  },
  toPeople({
    displayName: 'Output',
    name: 'output',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Each Person', value: 'people', description: 'Every person as an item, with what became of them. Of an audience reference: the failures and a summary.' },
      { name: 'Summary and Failures', value: 'summary', description: "One item with all counts in 'Sent', and those who failed: for large campaigns" },
    ],
    default: 'people',
  }),
  toPeople(policiesField),
  on(['people', 'test'], fieldNames),
  testOptions,
  ofCampaign({
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'Attempts',
        name: 'attempts',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 20 },
        default: 4,
        description: 'How often a message is tried at most where a gateway is busy or cannot be reached',
      },
      {
        displayName: 'Avoid Quarter Hours',
        name: 'avoidQuarterHours',
        type: 'boolean',
        default: true,
        description: 'Whether to pause within two minutes of :00, :15, :30 and :45, when schedules all over the world send',
      },
      {
        displayName: 'Concurrency',
        name: 'concurrency',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 5000 },
        default: 100,
        description: 'How many messages of a gateway wait for their answers at a time',
      },
      {
        displayName: 'Give Up After (Minutes)',
        name: 'giveUpAfter',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 1440 },
        default: 60,
        description: 'No new attempt of a message later than this after its first one, however long it lives',
      },
      {
        displayName: 'If Unknown From Before',
        name: 'onUnknown',
        type: 'options',
        options: [
          { name: 'Do Not Send Again', value: 'skip', description: 'At most once: a message may be missing' },
          { name: 'Send Again', value: 'send-again', description: 'At least once: the same message may come twice' },
        ],
        default: 'skip',
        description: 'What to do with messages of which an earlier run ended without knowing whether they arrived. Without this option: what the kind of message says.',
      },
      {
        displayName: 'Longest Pause (Seconds)',
        name: 'maxBackoff',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 3600 },
        default: 600,
        description: 'Longest wait between two attempts, also where a gateway asks for a longer one',
      },
      {
        displayName: 'Messages a Minute',
        name: 'perMinute',
        type: 'number',
        typeOptions: { minValue: 1 },
        default: 6000,
        description: 'How fast this campaign sends at most, in all processes on the store together: so that those who open it all at once do not bring your servers down',
      },
      {
        displayName: 'Safety Stop',
        name: 'safetyStop',
        type: 'boolean',
        default: false,
        description: 'Whether to end the run when the first answers say mostly that environment, credentials or message are wrong. On without this option.',
      },
      {
        displayName: 'Spread Over (Minutes)',
        name: 'spreadOver',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 1440 },
        default: 30,
        displayOptions: { show: { '/operation': ['people'] } },
        description: 'Sends evenly over so much time, in place of as fast as allowed. People of audience references are counted first.',
      },
      storeFileOption,
      {
        displayName: 'Timeout (Seconds)',
        name: 'timeout',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 120 },
        default: 15,
        description: 'A gateway that answers later than this leaves the message unknown',
      },
    ],
  }),
];
