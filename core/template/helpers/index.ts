/** Every helper of the template language, by name. docs/messages.md lists the same ones (a test compares). */
import type { Helper } from './helper';
import { logicHelpers } from './logic';
import { numberHelpers } from './number';
import { textHelpers } from './text';
import { timeHelpers } from './time';

export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>(
  Object.entries({ ...logicHelpers, ...textHelpers, ...numberHelpers, ...timeHelpers }),
);

/** The blocks: {{#if}} ... {{/if}} and so on. */
export const BLOCKS = ['if', 'unless', 'each', 'with'] as const;
export type BlockName = (typeof BLOCKS)[number];
