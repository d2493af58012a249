import type { INodeProperties } from 'n8n-workflow';
import { bodyField, dataField, handlebarsNotice, imageField, linkField, missingField, subtitleField, titleField } from '../shared/message';
import { fragmentsField, kindField, kindNotices } from './fields';
import { messageOptions } from './options';
import { previewFields } from './preview';

export const properties: INodeProperties[] = [
  handlebarsNotice,
  kindField,
  ...kindNotices,
  titleField,
  bodyField,
  linkField,
  imageField,
  dataField,
  {
    displayName: 'Language of These Texts',
    name: 'defaultLocale',
    type: 'string',
    noDataExpression: true,
    default: 'en',
    placeholder: 'e.g. en or pt-BR',
    description: 'Everyone whose language is not among the other languages gets these texts',
  },
  {
    displayName: 'Other Languages',
    name: 'locales',
    type: 'fixedCollection',
    placeholder: 'Add Language',
    typeOptions: { multipleValues: true },
    default: {},
    description: 'A language says only what it says differently; the rest comes from above',
    options: [
      {
        name: 'values',
        displayName: 'Language',
        values: [
          {
            displayName: 'Language',
            name: 'locale',
            type: 'string',
            noDataExpression: true,
            default: '',
            required: true,
            placeholder: 'e.g. fr or pt-BR',
            description: 'Compared with the language of the person: pt-BR, then pt, then the language of the texts above',
          },
          titleField,
          bodyField,
          linkField,
          imageField,
          dataField,
          subtitleField,
          fragmentsField,
        ],
      },
    ],
  },
  {
    displayName: 'Missing Fields, One by One',
    name: 'defaults',
    type: 'fixedCollection',
    placeholder: 'Add Field',
    typeOptions: { multipleValues: true },
    default: {},
    description: 'What happens with a field that a person does not have; goes before the general rule below',
    options: [
      {
        name: 'values',
        displayName: 'Field',
        values: [
          { displayName: 'Field', name: 'field', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. firstName' },
          {
            displayName: 'If Missing',
            name: 'policy',
            type: 'options',
            noDataExpression: true,
            options: [
              { name: 'Do Not Write to This Person', value: 'refuse' },
              { name: 'Leave the Place Empty', value: 'empty' },
              { name: 'Stop the Whole Run', value: 'fail' },
              { name: 'Use a Text', value: 'fallback' },
            ],
            default: 'fallback',
          },
          {
            displayName: 'Text',
            name: 'text',
            type: 'string',
            noDataExpression: true,
            default: '',
            placeholder: 'e.g. friend',
            displayOptions: { show: { policy: ['fallback'] } },
          },
        ],
      },
    ],
  },
  missingField,
  {
    displayName: 'Text for Missing Fields',
    name: 'fallback',
    type: 'string',
    noDataExpression: true,
    default: '',
    displayOptions: { show: { missing: ['fallback'] } },
  },
  ...previewFields,
  messageOptions,
];
