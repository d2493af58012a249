import type { INodeProperties } from 'n8n-workflow';

export const properties: INodeProperties[] = [
  {
    displayName: 'Experiment Key',
    name: 'experiment',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. autumn-sale',
    description: 'Together with the ID it decides the arm: the same key gives a person the same arm in every run. Change it to draw anew.',
  },
  {
    displayName: 'Arms',
    name: 'arms',
    type: 'fixedCollection',
    placeholder: 'Add Arm',
    typeOptions: { multipleValues: true, sortable: true },
    default: { values: [{ name: 'A', weight: 45 }, { name: 'B', weight: 45 }] },
    description: 'From 2 to 26 with the control group. All percentages add up to 100.',
    options: [
      {
        name: 'values',
        displayName: 'Arm',
        values: [
          {
            displayName: 'Name',
            name: 'name',
            type: 'string',
            noDataExpression: true,
            default: '',
            placeholder: 'e.g. A',
            description: 'Name of the output and of the arm in the figures',
          },
          {
            displayName: 'Percentage',
            name: 'weight',
            type: 'number',
            noDataExpression: true,
            typeOptions: { minValue: 0, maxValue: 100, numberPrecision: 2 },
            default: 50,
          },
        ],
      },
    ],
  },
  {
    displayName: 'Control Group (%)',
    name: 'control',
    type: 'number',
    noDataExpression: true,
    typeOptions: { minValue: 0, maxValue: 100, numberPrecision: 2 },
    default: 10,
    description: "Share of the people who get nothing, so that the campaign's effect can be measured against them. Connect 'Held Out' to Push Send too: it sends them nothing and counts them.",
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'ID Field',
        name: 'id',
        type: 'string',
        noDataExpression: true,
        default: 'id',
        description: 'Field that names the person; a dotted path reaches into objects',
      },
    ],
  },
];
