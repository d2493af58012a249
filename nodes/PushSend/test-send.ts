/** The operation Test Send: one person's message, marked, to devices listed by hand. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { listedDevices, MOST_TEST_DEVICES, SEND_OUTPUTS, sendTest, TEST_MARK, type Gateway, type GatewayType, type Item, type Store, type TestPerson } from '../../core';
import { fieldsParameter, textParameter } from '../shared/configuration';
import { counted, tellHint } from '../shared/hints';
import { storeFileOption } from '../shared/store';
import { readMessage } from './campaign';

const shown = (more: Record<string, string[]> = {}) => ({ show: { operation: ['test'], ...more } });

/** What only the test asks. */
export const testFields: INodeProperties[] = [
  {
    displayName: 'Test Devices',
    name: 'testDevices',
    type: 'string',
    typeOptions: { rows: 2 },
    default: '',
    required: true,
    placeholder: 'e.g. mia, dE4c...:APA91b...',
    description: `Device tokens, or IDs of people (of the items, else of the store) whose devices are meant; separated by commas or line ends, ${MOST_TEST_DEVICES} devices at most. Consent and quiet hours are not asked.`,
    displayOptions: shown(),
  },
  {
    displayName: 'Whose Message',
    name: 'testPerson',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'First Person', value: 'first', description: 'The first one who can be written to' },
      { name: 'Named Person', value: 'named' },
      { name: 'Random Person', value: 'random' },
    ],
    default: 'first',
    description: 'Who the test is written for',
    displayOptions: shown(),
  },
  {
    displayName: 'ID',
    name: 'testPersonId',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. anna',
    displayOptions: shown({ testPerson: ['named'] }),
  },
  {
    displayName: 'Seed',
    name: 'testSeed',
    type: 'string',
    noDataExpression: true,
    default: '',
    description: 'Another text draws another person; the same text draws the same one again',
    displayOptions: shown({ testPerson: ['random'] }),
  },
  {
    displayName: 'Mark',
    name: 'testMark',
    type: 'string',
    noDataExpression: true,
    default: TEST_MARK,
    description: 'Stands before the title, so that nobody takes the test for the real message',
    displayOptions: shown(),
  },
];

export const testOptions: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [storeFileOption],
  displayOptions: shown(),
};

/** Each device is an item: accepted by the first output, failed by the second. */
export async function runTest(
  context: IExecuteFunctions, tools: { store: Store; gateways: Partial<Record<GatewayType, Gateway>>; signal?: AbortSignal },
): Promise<INodeExecutionData[][]> {
  const template = readMessage(context);
  const mark = textParameter(context, 'testMark');
  const { person, index, sent, failed, results } = await sendTest(context.getInputData().map(({ json }) => json as Item), {
    ...tools,
    devices: listedDevices(textParameter(context, 'testDevices') ?? ''),
    person: readPerson(context),
    ...(mark !== undefined && { mark }),
    ...(template && { template }),
    fields: fieldsParameter(context),
  });
  tellHint(context, {
    message: `Test send of the message of '${person}' to ${counted(sent + failed, 'device', 'devices')}: ${sent} accepted, ${failed} failed. Nobody else got anything, and nothing is counted.`,
    type: failed > 0 ? 'warning' : 'info',
    location: 'outputPane',
  });
  return SEND_OUTPUTS.map((name) => results.filter(({ output }) => output === name)
    .map(({ item }) => ({ json: item as IDataObject, pairedItem: { item: index } })));
}

function readPerson(context: IExecuteFunctions): TestPerson {
  const people = context.getNodeParameter('testPerson', 0, 'first') as TestPerson['people'];
  switch (people) {
    case 'first': return { people };
    case 'named': return { people, id: textParameter(context, 'testPersonId') ?? '' };
    case 'random': return { people, seed: textParameter(context, 'testSeed') ?? '' };
  }
}
