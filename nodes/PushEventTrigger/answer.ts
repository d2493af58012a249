/** What the webhook does with a request: events of the app by POST, click links by GET. */
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { followLink, LINK_HEADERS, parseTracking, receiveEvents, type Item } from '../../core';
import { withStore } from '../shared/store';

export async function answerRequest(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { secret } = parseTracking(await context.getCredentials('pushTrackingApi'));
  const { storeFile } = context.getNodeParameter('options', {}) as IDataObject;
  const { method } = context.getRequestObject();
  const events = await withStore(context, storeFile, (store) =>
    method === 'POST' ? takeEvents(context, { store, secret }) : leadOn(context, { store, secret, countClick: method !== 'HEAD' }),
  );
  const types = context.getNodeParameter('types', []) as string[];
  const wanted = types.length === 0 ? events : events.filter(({ type }) => types.includes(String(type)));
  // Nothing new, nothing to do: an execution costs far more than the answer.
  if (wanted.length === 0) return { noWebhookResponse: true };
  return { noWebhookResponse: true, workflowData: [wanted.map((event) => ({ json: event as IDataObject }))] };
}

async function takeEvents(context: IWebhookFunctions, options: Parameters<typeof receiveEvents>[1]): Promise<Item[]> {
  const { status, body, events } = await receiveEvents(context.getRequestObject().body, options);
  context.getResponseObject().status(status).json(body);
  return events;
}

async function leadOn(context: IWebhookFunctions, options: Parameters<typeof followLink>[1]): Promise<Item[]> {
  const answer = await followLink(context.getQueryData() as Record<string, unknown>, options);
  const response = context.getResponseObject().status(answer.status).set(LINK_HEADERS);
  if (answer.status === 302) response.set('location', answer.location).end();
  else response.type('text/plain').send(answer.message);
  return answer.events;
}
