import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { followLink, LINK_HEADERS, PushError, receiveEvents, type Item } from '../../core';
import { storeOf, trackingOf } from '../shared/config-nodes';
import { flowError, reportConfiguration } from '../shared/problem';
import { readJson } from '../shared/request';

interface Definition extends NodeDef {
  path: string;
  tracking: string;
  store: string;
  /** Kinds of events that make a message; all where it is empty. */
  types: string[];
}

interface Router {
  stack: { route?: { path: string; stack: { handle: unknown }[] } }[];
}

/** The address for what phones tell: events by POST, clicks by GET. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-events', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    const { store: storeId, tracking: trackingId, types = [] } = definition;
    const path = `/${(definition.path ?? '').trim().replace(/^\/+/, '')}`;
    let secret: string;
    try {
      if (path === '/') throw new PushError('no-path', 'The events node has no path.', 'Open the node and write one such as /push-events.');
      if ((RED.settings.httpNodeRoot as string | false) === false) {
        throw new PushError('http-off', 'This Node-RED serves no web addresses (httpNodeRoot is false), so that phones cannot reach it.', 'Set httpNodeRoot in settings.js.');
      }
      const tracking = trackingOf(RED, trackingId)?.tracking();
      if (tracking === undefined) throw new PushError('no-tracking', 'No tracking is chosen.', 'Open the node and choose or add one.');
      secret = tracking.secret;
      storeOf(RED, storeId);
    } catch (thrown) {
      reportConfiguration(RED, this, thrown);
      return;
    }
    let count = 0;
    const tell = (events: Item[]) => {
      const wanted = types.length === 0 ? events : events.filter(({ type }) => types.includes(String(type)));
      if (wanted.length > 0) this.send([wanted.map((payload): NodeMessage => ({ payload }))]);
      count += events.length;
      this.status({ fill: 'green', shape: 'dot', text: String(count) });
    };
    const handle = (work: (request: IncomingMessage, response: ServerResponse) => Promise<void>) => (request: unknown, response: unknown) => {
      work(request as IncomingMessage, response as ServerResponse).catch((thrown: unknown) => {
        const error = flowError(RED, thrown);
        this.error(error, {} as NodeMessage);
        reply(response as ServerResponse, 500, { message: 'The events could not be kept. Send them again later.' });
      });
    };
    const onEvents = handle(async (request, response) => {
      const body = await readJson(request).catch(() => undefined);
      const answer = await storeOf(RED, storeId).store.use((store) => receiveEvents(body, { store, secret }));
      reply(response, answer.status, answer.body);
      tell(answer.events);
    });
    const onClick = handle(async (request, response) => {
      const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
      const countClick = request.method !== 'HEAD';
      const answer = await storeOf(RED, storeId).store.use((store) => followLink(query, { store, secret, countClick }));
      for (const [name, value] of Object.entries(LINK_HEADERS)) response.setHeader(name, value);
      if (answer.status === 302) {
        response.setHeader('location', answer.location);
        reply(response, 302, {});
      } else reply(response, answer.status, { message: answer.message });
      tell(answer.events);
    });
    RED.httpNode.post(path, onEvents);
    // Express answers HEAD by the GET route too.
    RED.httpNode.get(path, onClick);
    this.status({ fill: 'grey', shape: 'ring', text: path });
    this.on('close', () => {
      removeRoutes(RED.httpNode, [onEvents, onClick]);
      this.status({});
    });
  });
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

/** Express keeps routes for ever; a node that is gone must answer no more. */
function removeRoutes(app: unknown, handlers: readonly unknown[]): void {
  // Express 4 keeps them in `_router` (and throws at `router`), Express 5 in `router`.
  const { _router } = app as { _router?: Router };
  const routes = _router ?? (app as { router: Router }).router;
  routes.stack = routes.stack.filter(({ route }) => route === undefined || !route.stack.some(({ handle }) => handlers.includes(handle)));
}
