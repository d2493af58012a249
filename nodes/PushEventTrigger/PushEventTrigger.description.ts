import type { INodeProperties } from 'n8n-workflow';
import { storeFileOption } from '../shared/store';

export const properties: INodeProperties[] = [
  {
    displayName: 'Path',
    name: 'path',
    type: 'string',
    noDataExpression: true,
    default: 'push-events',
    required: true,
    description: 'Path of the webhook. Its production URL belongs into the tracking credential: the app posts events there, and click links lead over it.',
  },
  {
    displayName: 'Only These Types',
    name: 'types',
    type: 'multiOptions',
    noDataExpression: true,
    options: [
      { name: 'Clicked', value: 'clicked' },
      { name: 'Converted', value: 'converted' },
      { name: 'Opened', value: 'opened' },
      { name: 'Received', value: 'received' },
      { name: 'Unsubscribed', value: 'unsubscribed' },
    ],
    default: [],
    description: 'Which events start the workflow; all if none is chosen. Every event is recorded all the same.',
  },
  {
    displayName:
      'Each event is recorded in the store, counted once, and comes out as one item. A request that brings nothing new starts no execution.',
    name: 'eventsNotice',
    type: 'notice',
    default: '',
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [storeFileOption],
  },
];
