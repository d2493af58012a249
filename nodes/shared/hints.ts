/** What a node says above its output or in its panel besides the items. */
import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

/** The editor shows a hint as HTML: a value out of somebody's row must not become a link or an image in it; lines stay lines. */
export function tellHint(context: IExecuteFunctions, hint: NodeExecutionHint): void {
  const message = hint.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
    .replace(/\n( *)/g, (_, indent: string) => `<br />${'&nbsp;'.repeat(indent.length)}`);
  context.addExecutionHints({ ...hint, message });
}

/** `1 person`, `2 people` */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
