/** Golden previews: what is read as JSON, and the pictures as SVG (UPDATE_GOLDENS=1 writes them anew; look at them then). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPreviewSheet, previewMessage, type MessagePreview, type PreviewMessage } from '../../../../core/template/preview';
import { readSvg } from './svg';

interface Golden { name: string; message: PreviewMessage; expect?: MessagePreview }

const FILE = join(__dirname, '../../../vectors/preview.json');
const picture = (name: string): string => join(__dirname, '../../../vectors/preview', `${name.replaceAll(' ', '-')}.svg`);
const goldens = JSON.parse(readFileSync(FILE, 'utf8')) as Golden[];
const draw = ({ name, message }: Golden): string => drawPreviewSheet(message, { heading: name, app: 'Shop' });

if (process.env['UPDATE_GOLDENS'] === '1') {
  for (const golden of goldens) {
    golden.expect = previewMessage(golden.message);
    writeFileSync(picture(golden.name), draw(golden));
  }
  writeFileSync(FILE, `[\n${goldens.map((golden) => `  ${JSON.stringify(golden)}`).join(',\n')}\n]\n`);
}

describe('the golden previews', () => {
  it.each(goldens.map((golden) => [golden.name, golden] as const))('%s: what a person reads on each screen', (_, { message, expect: wanted }) => {
    expect(previewMessage(message)).toEqual(wanted);
  });

  it.each(goldens.map((golden) => [golden.name, golden] as const))('%s: the picture', (name, golden) => {
    expect(draw(golden)).toBe(readFileSync(picture(name), 'utf8'));
    readSvg(draw(golden));
  });
});
