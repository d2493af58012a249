import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAGIC_TOKENS } from '../../sandbox';
import { DEFAULT_BEHAVIOUR } from '../../sandbox/phones';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'sandbox.md'), 'utf8');

describe('docs/sandbox.md', () => {
  it('lists every test token with its code and what it does, and no other', () => {
    const rows = [...page.matchAll(/^\| `magic-([a-z-]+)` \| `facade([0-9a-f]{2})…` \| (.+) \|$/gm)].map(([, name, apnsCode, does]) => ({ name, apnsCode, does }));
    expect(rows).toEqual(MAGIC_TOKENS.map(({ name, apnsCode, does }) => ({ name, apnsCode, does })));
  });

  it('names every trait of the phones with its usual value', () => {
    const rows = Object.fromEntries([...page.matchAll(/^\| `([a-zA-Z]+)` \| (\S.*?) \| .+ \|$/gm)].map(([, name, usual]) => [name, usual]));
    for (const [name, usual] of Object.entries(DEFAULT_BEHAVIOUR)) expect([name, rows[name]]).toEqual([name, Array.isArray(usual) ? usual.join(' to ') : String(usual)]);
  });
});
