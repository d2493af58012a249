import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOLDING_REASONS, REPEATS, SUPPRESSION_REASONS } from '../../../core/campaign';

const page = readFileSync(join(__dirname, '../../../docs/policies.md'), 'utf8');
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

describe('docs/policies.md', () => {
  it('has the waterfall in its order', () => {
    const listed = [...section('The waterfall').matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, codes]) => [...(codes as string).matchAll(/`([^`]+)`/g)].map(([, code]) => code));
    expect(listed).toEqual(Object.keys(SUPPRESSION_REASONS));
  });

  it('names what people wait for, and how often a campaign may come', () => {
    const inSection = (title: string, names: readonly string[]) => names.filter((name) => !section(title).includes(`\`${name}\``));
    expect(inSection('Held people', Object.keys(HOLDING_REASONS))).toEqual([]);
    expect(inSection('Once', REPEATS)).toEqual([]);
  });
});
