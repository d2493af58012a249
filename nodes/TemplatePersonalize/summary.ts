/** What the step did for its people, as an item of the output 'Summary'. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { TemplateSummaryJson } from '../../core';

export function summaryItem(summary: TemplateSummaryJson): INodeExecutionData {
  return { json: summary as unknown as IDataObject, pairedItem: { item: 0 } };
}
