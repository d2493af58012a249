import type { INodeProperties } from 'n8n-workflow';
import { storeFileOption } from '../shared/store';

export const properties: INodeProperties[] = [
  {
    displayName: 'Source',
    name: 'source',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Store', value: 'store', description: 'What Push Send and Push Event Trigger wrote down' },
      { name: 'Input Items', value: 'items', description: 'Each item is one event, with type, campaign, recipient and at' },
    ],
    default: 'store',
  },
  {
    displayName: 'Campaign',
    name: 'campaign',
    type: 'string',
    default: '',
    placeholder: 'e.g. autumn-sale',
    description: 'If empty: every campaign',
  },
  {
    displayName: 'Occurrence',
    name: 'occurrence',
    type: 'string',
    default: '',
    placeholder: 'e.g. 2026-01-31',
    description: 'If empty: all occurrences of the campaign together',
  },
  {
    displayName: 'Output',
    name: 'output',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'HTML Page', value: 'html', description: 'The report as a page: in the field html, and as a file' },
      { name: 'Report', value: 'report', description: 'One item with every figure, each rate with its parts and its interval' },
      { name: 'Table', value: 'table', description: 'One flat item a campaign and an arm: for sheets, databases and charts' },
    ],
    default: 'report',
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'Attribution Window (Hours)',
        name: 'attributionWindowHours',
        type: 'number',
        typeOptions: { minValue: 1 },
        default: 72,
        description: 'How long after the acceptance a conversion or an opt-out counts',
      },
      {
        displayName: 'Confidence',
        name: 'confidence',
        type: 'number',
        typeOptions: { minValue: 0.5, maxValue: 0.999, numberPrecision: 3 },
        default: 0.95,
        description: 'Confidence level of the intervals',
      },
      {
        displayName: 'Group By',
        name: 'by',
        type: 'options',
        options: [
          { name: 'Campaign', value: 'campaign', description: 'No figures of arms' },
          { name: 'Campaign and Arm', value: 'arm' },
        ],
        default: 'arm',
      },
      {
        displayName: 'Language of the Page',
        name: 'language',
        type: 'options',
        displayOptions: { show: { '/output': ['html'] } },
        options: [
          { name: 'English', value: 'en' },
          { name: 'French', value: 'fr' },
        ],
        default: 'en',
      },
      {
        displayName: 'Rates Of',
        name: 'denominator',
        type: 'options',
        options: [
          { name: 'All Assigned', value: 'assigned', description: 'All people of the arm: compares arms with the control group' },
          { name: 'People Whose Message Was Accepted', value: 'accepted', description: 'By a gateway' },
          { name: 'People Who Received It', value: 'received', description: 'As far as the app reports it' },
        ],
        default: 'accepted',
        description: 'What open, click, conversion and opt-out rates are measured against',
      },
      { ...storeFileOption, displayOptions: { show: { '/source': ['store'] } } },
    ],
  },
];
