/** The forms in which the node hands out its figures. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { renderReport, reportTable, type KpiReport } from '../../core';
import { tellHint } from '../shared/hints';

export async function present(context: IExecuteFunctions, report: KpiReport): Promise<INodeExecutionData[]> {
  // Every figure is made of all items; one of them stands for all, since a list of 100,000 would be larger than the report.
  const pairedItem = { item: 0 };
  if (report.campaigns.length === 0) {
    tellHint(context, {
      message: 'There is nothing to report: no event fits this campaign and occurrence.', type: 'warning', location: 'outputPane',
    });
  }
  switch (context.getNodeParameter('output', 0)) {
    case 'table':
      return reportTable(report).rows.map((json) => ({ json, pairedItem }));
    case 'html': {
      const language = context.getNodeParameter('options.language', 0, 'en') as string;
      const html = renderReport(report, { language });
      const file = await context.helpers.prepareBinaryData(Buffer.from(html), 'push-campaign-report.html', 'text/html');
      return [{ json: { html }, binary: { data: file }, pairedItem }];
    }
    default:
      return [{ json: report as unknown as IDataObject, pairedItem }];
  }
}
