/** Serves the live preview of the edit dialog: a template as it is being typed, written for a sample person. */
import type { IncomingMessage } from 'node:http';
import type { NodeAPI } from 'node-red';
import { asPushError, isJsonObject, KIND_PRESETS, previewTemplate, PREVIEW_THEMES, type PreviewTheme, type TemplateStage } from '../../core';
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
 * GET /push-template/kinds gives what each kind of message presets. POST /push-template/preview, for those who may read this kind of node. It answers with the pictures, or with what is
 * wrong and where (`problem`); both are answers of 200, since a template is wrong most of the time while it is typed.
 */
export function servePreview<Definition>(RED: NodeAPI, readStage: (definition: Definition) => TemplateStage): void {
  RED.httpAdmin.get('/push-template/kinds', RED.auth.needsPermission('push-template.read'), (_request, response) => {
    response.json(KIND_PRESETS);
  });
  RED.httpAdmin.post('/push-template/preview', RED.auth.needsPermission('push-template.read'), (request, response) => {
    readJson(request as unknown as IncomingMessage).then((body) => {
      const asked = readAsked<Definition>(body);
      if (asked === undefined) response.status(400).json({ problem: { code: 'not-an-object', message: 'Send a definition and a person.', fields: {} } });
      else response.json(answer(asked, readStage));
    }).catch((thrown: unknown) => response.status(400).json({ problem: problemOf(thrown) }));
  });
}

function answer<Definition>({ definition, person, theme, app, time }: Asked<Definition>, readStage: (definition: Definition) => TemplateStage): object {
  try {
    return previewTemplate(readStage(definition), person, { now: new Date(), theme, app, time });
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

function problemOf(thrown: unknown): object {
  const { code, message, hint, fields } = asPushError(thrown);
  return { code, message: [message, hint].filter((part) => part !== '').join(' '), fields };
}

function readAsked<Definition>(body: unknown): Asked<Definition> | undefined {
  if (!isJsonObject(body) || !isJsonObject(body['definition']) || !isJsonObject(body['person'])) return undefined;
  const { definition, person, theme, app, time } = body;
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  return {
    definition: definition as Definition,
    person,
    theme: PREVIEW_THEMES.find((known) => known === theme) ?? 'light',
    app: text(app, 'App'),
    time: text(time, 'now'),
  };
}
