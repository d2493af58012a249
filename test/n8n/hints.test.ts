/** What the editor shows of a hint, which it takes as HTML. */
import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import { tellHint } from '../../nodes/shared/hints';

function shown(message: string): string | undefined {
  const hints: NodeExecutionHint[] = [];
  tellHint({ addExecutionHints: (...told: NodeExecutionHint[]) => hints.push(...told) } as unknown as IExecuteFunctions, { message });
  return hints[0]?.message;
}

describe('a hint', () => {
  it('shows what stands in a row as text', () => expect(shown('name is "<img src=x> & co"')).toBe('name is "&lt;img src=x> &amp; co"'));

  it('keeps the lines of a trace, and how deep each stands', () =>
    expect(shown('Not in the segment.\n  - all of: -> no\n    + a')).toBe('Not in the segment.<br />&nbsp;&nbsp;- all of: -> no<br />&nbsp;&nbsp;&nbsp;&nbsp;+ a'));
});
