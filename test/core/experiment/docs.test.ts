import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as experiment from '../../../core/experiment';
import vectors from '../../vectors/experiment.json';

const page = readFileSync(join(__dirname, '../../../docs/experiments.md'), 'utf8');

describe('docs/experiments.md', () => {
  it.each([...new Set(vectors.rejections.map(({ code }) => code)), 'unknown-hash-version'])('explains the error %s', (code) => {
    expect(page).toContain(`\n| \`${code}\` | `);
  });

  it.each(Object.entries(experiment).filter(([name, value]) => typeof value === 'function' && !['armRanges', 'bucketOf'].includes(name)))(
    'names the function %s', (name) => {
      expect(page).toMatch(new RegExp(`\\b${name}\\(`));
    });

  it('shows the bucket that its example really has', () => {
    expect(page).toContain(`hashBucket('spring-2026', 'anna');        // ${experiment.hashBucket('spring-2026', 'anna')}`);
  });
});
