/** Serves the live preview of the edit dialog: a template as it is being typed, written for a sample person. */
import type { IncomingMessage } from 'node:http';
import type { NodeAPI } from 'node-red';
import {
  isJsonObject, KIND_PRESETS, previewTemplate, PREVIEW_THEMES, storedPerson, type JsonObject, type PreviewTheme, type TemplateStage,
} from '../../core';
import { storeOf } from '../shared/config-nodes';
import { toProblem } from '../shared/problem';
import { readJson } from '../shared/request';

/** What the dialog sends. */
interface Asked<Definition> {
  definition: Definition;
  person: object;
  theme: PreviewTheme;
  /** Name of the app and "now", in the language of the editor. */
  app: string;
  time: string;
}

/**
 * GET /push-template/kinds gives what each kind of message presets. POST /push-template/preview, for those who may read this
 * kind of node, answers with the pictures, or with what is wrong and where (`problem`); both are answers of 200, since a
 * template is wrong most of the time while it is typed. POST /push-template/stored-preview does so for a stored person, and
 * is for those who may change flows: it shows what is known of people.
 */
export function servePreview<Definition>(RED: NodeAPI, readStage: (definition: Definition) => TemplateStage): void {
  RED.httpAdmin.get('/push-template/kinds', RED.auth.needsPermission('push-template.read'), (_request, response) => {
    response.json(KIND_PRESETS);
  });
  const serve = (path: string, permission: string, personOf: (body: JsonObject) => Promise<object | undefined>): void => {
    RED.httpAdmin.post(`/push-template/${path}`, RED.auth.needsPermission(permission), (request, response) => {
      const reply = async (): Promise<object | undefined> => {
        const body = await readJson(request as unknown as IncomingMessage);
        const person = isJsonObject(body) ? await personOf(body) : undefined;
        const asked = person === undefined ? undefined : readAsked<Definition>(body as JsonObject, person);
        return asked === undefined ? undefined : answer(asked, readStage);
      };
      reply().then(
        (answered) => {
          if (answered === undefined) response.status(400).json({ problem: { code: 'not-an-object', message: 'Send a definition and a person.', fields: {} } });
          else response.json(answered);
        },
        (thrown: unknown) => response.status(path === 'preview' ? 400 : 200).json({ problem: toProblem(thrown) }),
      );
    });
  };
  serve('preview', 'push-template.read', async ({ person }) => (isJsonObject(person) ? person : undefined));
  serve('stored-preview', 'push-template.write', async ({ store, id, seed }) =>
    storeOf(RED, String(store)).store.use((opened) => storedPerson(opened, typeof id === 'string' ? { people: 'named', id } : { people: 'random', seed: String(seed) })));
}

function answer<Definition>({ definition, person, theme, app, time }: Asked<Definition>, readStage: (definition: Definition) => TemplateStage): object {
  try {
    const { id } = person as { id?: unknown };
    return { ...previewTemplate(readStage(definition), person, { now: new Date(), theme, app, time }), person: id };
  } catch (thrown) {
    return { problem: toProblem(thrown) };
  }
}

function readAsked<Definition>({ definition, theme, app, time }: JsonObject, person: object): Asked<Definition> | undefined {
  if (!isJsonObject(definition)) return undefined;
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  return {
    definition: definition as Definition,
    person,
    theme: PREVIEW_THEMES.find((known) => known === theme) ?? 'light',
    app: text(app, 'App'),
    time: text(time, 'now'),
  };
}
