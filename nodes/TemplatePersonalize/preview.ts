/** Pictures of what chosen people will see, on the items of the first output. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { asPushError, choosePeople, isAudienceReference, MOST_PREVIEWS, renderPreview, withPreview, type Item, type PreviewChoice } from '../../core';
import { textParameter } from '../shared/configuration';
import { tellHint } from '../shared/hints';

const shown = (...preview: string[]) => ({ show: { preview } });

export const previewFields: INodeProperties[] = [
  {
    displayName: 'Preview',
    name: 'preview',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'First Person', value: 'first' },
      { name: 'Named People', value: 'named' },
      { name: 'Off', value: 'off' },
      { name: 'Random People', value: 'random' },
    ],
    default: 'off',
    description: 'Whose messages to show as they will look on iOS and Android, light and dark: a picture in the binary field <code>preview</code>, and what is cut off under <code>push.preview</code>',
  },
  {
    displayName: 'IDs',
    name: 'previewIds',
    type: 'string',
    noDataExpression: true,
    default: '',
    placeholder: 'e.g. anna, p-1042',
    description: `Separated by commas; ${MOST_PREVIEWS} at most`,
    displayOptions: shown('named'),
  },
  {
    displayName: 'Number of People',
    name: 'previewCount',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: MOST_PREVIEWS },
    default: 3,
    displayOptions: shown('random'),
  },
  {
    displayName: 'Seed',
    name: 'previewSeed',
    type: 'string',
    noDataExpression: true,
    default: '',
    description: 'Another text draws other people; the same text draws the same people again',
    displayOptions: shown('random'),
  },
  {
    displayName: 'App Name',
    name: 'previewApp',
    type: 'string',
    noDataExpression: true,
    default: '',
    placeholder: 'e.g. My Shop',
    description: 'Stands beside the message in the picture',
    displayOptions: shown('first', 'named', 'random'),
  },
];

/** The items with previews on the chosen ones. A picture that cannot be made is told as a hint and holds nobody up. */
export async function addPreviews(context: IExecuteFunctions, items: INodeExecutionData[]): Promise<INodeExecutionData[]> {
  try {
    const choice = readChoice(context);
    const app = textParameter(context, 'previewApp');
    if (choice === undefined) return items;
    const people = items.map(({ json }) => json as Item);
    const positions = people.some(isAudienceReference) ? [] : choosePeople(people, choice);
    if (positions.length === 0) tell(context, 'Nobody to preview: the chosen people are not among those who are ready, or this is an audience reference.');
    const result = [...items];
    for (const position of positions) {
      const { json, binary, ...rest } = items[position] as INodeExecutionData;
      const picture = await renderPreview(json as Item, { ...(app !== undefined && { app }) });
      const file = await context.helpers.prepareBinaryData(picture, `push-preview-${position + 1}.png`, 'image/png');
      result[position] = { ...rest, json: withPreview(json as Item) as IDataObject, binary: { ...binary, preview: file } };
    }
    return result;
  } catch (thrown) {
    tell(context, `There is no preview. ${asPushError(thrown).words}`);
    return items;
  }
}

function readChoice(context: IExecuteFunctions): PreviewChoice | undefined {
  const people = context.getNodeParameter('preview', 0, 'off') as 'off' | PreviewChoice['people'];
  switch (people) {
    case 'off': return undefined;
    case 'first': return { people };
    case 'named': {
      const ids = (textParameter(context, 'previewIds') ?? '').split(',').map((id) => id.trim()).filter((id) => id !== '');
      return { people, ids };
    }
    case 'random':
      return { people, count: context.getNodeParameter('previewCount', 0, 3) as number, seed: textParameter(context, 'previewSeed') ?? '' };
  }
}

function tell(context: IExecuteFunctions, message: string): void {
  tellHint(context, { message, type: 'warning', location: 'outputPane' });
}
