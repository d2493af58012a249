/** Reads SVG strictly: only the elements and attributes that a preview is made of, everything closed, nothing foreign. */

const ELEMENTS = new Set(['svg', 'g', 'defs', 'linearGradient', 'stop', 'rect', 'circle', 'path', 'text']);
const TEXT = /^(?:[^<&>]|&(?:amp|lt|gt|quot|#39);)*$/u;
const TAG = /^<(\/?)([a-zA-Z]+)((?:\s+[a-zA-Z][\w:-]*="(?:[^"<&]|&(?:amp|lt|gt|quot|#39);)*")*)\s*(\/?)>/u;
const FORBIDDEN = /[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/u;

export interface SvgText {
  text: string;
  attributes: Record<string, string>;
}

/**
 * @returns the texts of the document
 * @throws Error where it is not well-formed, or holds an element, an address or a character that it should not
 */
export function readSvg(svg: string): SvgText[] {
  if (!svg.isWellFormed() || FORBIDDEN.test(svg)) throw new Error('A character that XML does not allow.');
  const texts: SvgText[] = [];
  const open: string[] = [];
  let rest = svg;
  let roots = 0;
  let text: SvgText | undefined;
  while (rest !== '') {
    const content = rest.slice(0, rest.indexOf('<') === -1 ? rest.length : rest.indexOf('<'));
    if (!TEXT.test(content)) throw new Error(`Not escaped: ${content}`);
    if (text === undefined && content.trim() !== '') throw new Error(`Text outside of a text element: ${content}`);
    if (text !== undefined) text.text += plain(content);
    rest = rest.slice(content.length);
    if (rest === '') break;
    const found = TAG.exec(rest);
    if (found === null) throw new Error(`No tag: ${rest.slice(0, 60)}`);
    const [tag, closing, name = '', attributes = '', empty] = found;
    if (!ELEMENTS.has(name)) throw new Error(`The element ${name} has no place here.`);
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`${name} is closed and was not open.`);
      text = undefined;
    } else {
      if (open.length === 0) roots += 1;
      const read = readAttributes(attributes);
      if (name === 'text') texts.push((text = { text: '', attributes: read }));
      if (empty !== '/') open.push(name);
      else text = undefined;
    }
    rest = rest.slice(tag.length);
  }
  if (open.length > 0 || roots !== 1) throw new Error('Not one closed element.');
  return texts;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/gu)) {
    if (name in attributes) throw new Error(`${name} stands twice.`);
    if (/^on|href|^style$/i.test(name)) throw new Error(`The attribute ${name} has no place here.`);
    if (name !== 'aria-label' && /url\(/.test(value) && !/^url\(#[\w-]+\)$/.test(value)) throw new Error(`An address: ${value}`);
    attributes[name] = plain(value);
  }
  return attributes;
}

const plain = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '');
