/** What is sent all the same, but that the builder should know: one table. */
import { countGraphemes } from './graphemes';
import { isShown, type Message, type TemplateWarning, type WarningCode } from './template';

/**
 * Titles and bodies beyond these lengths are cut on most screens: 50 and 150 characters (netmera, "Elements of push
 * notifications"; xtremepush advises 25 to 50 and at most 150).
 */
export const LONGEST_SEEN_TITLE = 50;
export const LONGEST_SEEN_BODY = 150;

interface WarningRule {
  code: WarningCode;
  field: string;
  /** The text of the warning, or nothing. */
  check(message: Message): string | undefined;
}

const RULES: readonly WarningRule[] = [
  { code: 'long-title', field: 'title', check: ({ title }) => tooLong(title, LONGEST_SEEN_TITLE) },
  { code: 'long-body', field: 'body', check: ({ body }) => tooLong(body, LONGEST_SEEN_BODY) },
  {
    code: 'no-body',
    field: 'body',
    check: (message) => (message.body === undefined && isShown(message) && message.liveActivity === undefined ? 'The message has a title and no text.' : undefined),
  },
  {
    code: 'buttons-without-category',
    field: 'category',
    check: ({ buttons, category }) =>
      (buttons !== undefined && category === undefined
        ? 'iOS shows buttons only for a category that the app knows; the template names none.' : undefined),
  },
  {
    code: 'http-link',
    field: 'link',
    check: ({ link }) => (link?.startsWith('http:') === true ? 'The link is not encrypted and works on this machine only.' : undefined),
  },
];

export function findWarnings(message: Message): TemplateWarning[] {
  const found: TemplateWarning[] = [];
  for (const { code, field, check } of RULES) {
    const text = check(message);
    if (text !== undefined) found.push({ code, field, message: text });
  }
  return found;
}

function tooLong(text: string | undefined, most: number): string | undefined {
  // A character has at least one UTF-16 unit: most texts need no counting.
  if (text === undefined || text.length <= most || countGraphemes(text, most) <= most) return undefined;
  return `Longer than ${most} characters; most screens cut it.`;
}
