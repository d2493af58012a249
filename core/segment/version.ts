/** Comparing versions as texts, after GrowthBook's paddedVersionString (packages/sdk-js/src/util.ts). */

const VERSION = /^v?\d[0-9A-Za-z.+-]*$/;
const LONGEST_VERSION = 100;

/** Wide enough for build numbers such as 2026011502; GrowthBook pads to 5, which orders longer numbers as words. */
const WIDTH = 20;

/**
 * A text that compares as the version does: numbers by value, a pre-release before its release, build metadata left out.
 * Undefined where the value is no version. A number stands for its text, as in `{ "appVersion": 3.1 }`.
 */
export function sortableVersion(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > LONGEST_VERSION || !VERSION.test(text)) return undefined;
  const parts = text.replace(/^v|\+.*$/g, '').split(/[-.]/);
  // '~' sorts last: 1.0.0 stands after 1.0.0-beta.
  if (parts.length === 3) parts.push('~');
  return parts.map((part) => (/^\d+$/.test(part) ? part.padStart(WIDTH, ' ') : part)).join('-');
}
