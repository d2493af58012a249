/** Previews of written messages: for which people, what they read, and the picture of it. */
import { PushError } from '../errors';
import { bucketOf } from '../experiment';
import { isJsonObject, type JsonObject } from '../json';
import { renderPreviewSheet } from '../picture';
import { DEFAULT_FIELDS, readPath, toView } from '../recipient';
import type { Store } from '../store';
import {
  drawPreview, previewMessage, type MessagePreview, type PersonalizedMessage, type PictureOptions, type PreviewMessage, type PreviewSurface,
  type PreviewTheme, type TemplateWarning,
} from '../template';
import { getPerson } from './audience';
import { pushState, withPush, type Item } from './item';
import { compileMessage, type TemplateStage } from './stages';
import type { TestPerson } from './test-person';

/** A picture takes a good part of a second and some 200 kB. */
export const MOST_PREVIEWS = 20;

/** Whose messages are looked at. */
export type PreviewChoice =
  | { people: 'first' }
  | { people: 'named'; ids: readonly string[] }
  /** The same people of a list for the same seed, whatever their order. */
  | { people: 'random'; count: number; seed?: string };

/**
 * The positions of the chosen people, in the order of the list; fewer where the list has fewer, or nobody of that name.
 * @param idField where a person's id stands, `id` if not given
 * @throws PushError `invalid-preview`
 */
export function choosePeople(people: readonly Item[], choice: PreviewChoice, idField: string = DEFAULT_FIELDS.id): number[] {
  const idOf = (person: Item, position: number): string => String(readPath(person, idField) ?? position);
  const positions = [...people.keys()];
  switch (choice.people) {
    case 'first': return positions.slice(0, 1);
    case 'named': {
      const ids = new Set(choice.ids);
      checkCount(ids.size);
      return positions.filter((position) => ids.delete(idOf(people[position] as Item, position)));
    }
    case 'random': {
      checkCount(choice.count);
      const draw = bucketOf(choice.seed ?? '');
      const drawn = positions.map((position) => ({ position, lot: draw(idOf(people[position] as Item, position)) }));
      drawn.sort((a, b) => a.lot - b.lot || a.position - b.position);
      return drawn.slice(0, choice.count).map(({ position }) => position).sort((a, b) => a - b);
    }
  }
}

/** A copy of a person with what each screen shows of their message under `push.preview`. */
export function withPreview(person: Item): Item {
  return withPush(person, { preview: previewMessage(messageOf(person)) as JsonObject });
}

/** A template as one person sees it, while it is being written. */
export interface TemplatePreview {
  preview: MessagePreview;
  /** One SVG by screen; empty where nothing is shown. */
  pictures: { [surface in PreviewSurface]?: string };
  warnings: TemplateWarning[];
  bytes: PersonalizedMessage['bytes'];
}

/**
 * Writes the message of one made-up or real person and draws it.
 * @throws PushError for a mistake in the template (field, line and column in its fields), or for a person who cannot be
 *   written to
 */
export function previewTemplate(
  stage: TemplateStage, person: object, { now, theme = 'light', ...options }: PictureOptions & { now?: Date; theme?: PreviewTheme } = {},
): TemplatePreview {
  const { message, warnings, bytes } = compileMessage(stage, now)(person);
  const preview = previewMessage(message, options.time);
  const surfaces = Object.keys(preview) as PreviewSurface[];
  return {
    preview,
    pictures: Object.fromEntries(surfaces.map((surface) => [surface, drawPreview(message, surface, theme, options)])),
    warnings,
    bytes,
  };
}

/** Stored people among whom one is drawn. */
const DRAWN_FROM = 1000;

/**
 * A stored person to look at: by id, or drawn out of the first thousand, the same for the same seed.
 * @throws PushError `person-unknown`
 */
export async function storedPerson(store: Store, choice: Extract<TestPerson, { people: 'named' | 'random' }>): Promise<Item> {
  if (choice.people === 'named') return getPerson(store, choice.id);
  const people: Item[] = [];
  for await (const person of store.people({ pageSize: DRAWN_FROM })) {
    if (people.push(toView(person)) === DRAWN_FROM) break;
  }
  const [position] = choosePeople(people, { ...choice, count: 1 });
  if (position !== undefined) return people[position] as Item;
  throw new PushError('store-empty', 'Nobody is in the store.', 'Import people first.');
}

/** The picture of a person's message, a PNG: iOS and Android, light and dark. */
export function renderPreview(person: Item, { app, idField = DEFAULT_FIELDS.id }: { app?: string; idField?: string } = {}): Promise<Buffer> {
  const id = readPath(person, idField);
  return renderPreviewSheet(messageOf(person), { ...(app !== undefined && { app }), ...(id !== undefined && { heading: String(id) }) });
}

/** @throws PushError `no-message` */
function messageOf(person: Item): PreviewMessage {
  const { message } = pushState(person);
  if (isJsonObject(message)) return message;
  throw new PushError('no-message', 'There is no message to look at.', 'Put the template step before.');
}

function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= MOST_PREVIEWS) return;
  throw new PushError('invalid-preview', `Previews are made for 1 to ${MOST_PREVIEWS} people, not ${count}.`, 'Choose fewer people, or at least one.',
    { most: MOST_PREVIEWS });
}
