import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileStage, type SegmentStage } from '../../../core/campaign';
import { PushError } from '../../../core/errors';
import { compileSegment, OPERAND_PARTS, SEGMENT_EVENTS, SEGMENT_OPERANDS, SEGMENT_OPERATORS, SEGMENT_PARTS, parseCondition, traceSegment } from '../../../core/segment';

const page = readFileSync(join(__dirname, '../../../docs/segments.md'), 'utf8');

describe('docs/segments.md', () => {
  it.each(SEGMENT_OPERATORS.map((operator) => [operator.name, operator] as const))('says what %s means, takes and finds', (_, operator) => {
    const { name, meaning, operand, example, finds } = operator;
    expect(page).toContain(`| \`${name}\` | ${meaning} | ${SEGMENT_OPERANDS[operand]} | \`${JSON.stringify(example)}\` | ${finds} |`);
    expect(JSON.stringify(example)).toContain(`"${name}"`);
    expect(() => parseCondition(example)).not.toThrow();
  });

  it.each(Object.entries(OPERAND_PARTS).flatMap(([operator, parts]) => parts.map((part) => [operator, part.name, part] as const)))('says what %s takes as %s', (_, __, { name, takes, choices, required, meaning }) => {
    const taken = choices?.map((choice) => `\`${choice}\``).join(', ') ?? SEGMENT_PARTS[takes];
    expect(page).toContain(`| \`${name}\`${required === true ? '' : ' (optional)'} | ${taken} | ${meaning} |`);
  });

  it('names the events that are always there', () => {
    for (const event of SEGMENT_EVENTS) expect(page).toContain(`\`${event}\``);
  });

  it('has no operator that does not exist', () => {
    const rows = [...page.matchAll(/^\| `(\$\w+)` \|/gm)].map((match) => match[1]);
    expect(rows).toEqual(SEGMENT_OPERATORS.map(({ name }) => name));
  });

  it('gives examples that are conditions', () => {
    const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => JSON.parse(match[1] ?? '') as object);
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) {
      if ('segments' in block) expect(() => compileStage({ segment: block as SegmentStage })).not.toThrow();
      else expect(() => parseCondition(block)).not.toThrow();
    }
  });

  it('shows a trace as it is written', () => {
    const condition = { country: { $in: ['FR', 'BE'] }, orders: { $gte: 3 }, $notPerformed: { event: 'converted', within: '90d' } };
    expect(page).toContain(traceSegment(condition, { country: 'FR' }).text);
  });

  const differences = [...page.matchAll(/^\| `(\{.*?\})` \| `(\{.*?\})` \| (true|false|refused) \|/gm)];

  it('lists the differences from related languages', () => {
    expect(differences.length).toBeGreaterThan(20);
  });

  it.each(differences.map(([, condition, person, here]) => [condition ?? '', person ?? '', here ?? '']))('%s asked of %s is %s here', (condition, person, here) => {
    const answer = (): string => {
      try {
        return String(compileSegment(JSON.parse(condition) as object)(JSON.parse(person) as object));
      } catch (error) {
        expect(error).toBeInstanceOf(PushError);
        return 'refused';
      }
    };
    expect(answer()).toBe(here);
  });

  it('lists the codes with which a condition is refused', () => {
    const folder = join(__dirname, '../../../core/segment');
    const source = readdirSync(folder).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const codes = new Set([...source.matchAll(/new PushError\('([a-z-]+)'/g)].map((match) => match[1]));
    expect([...codes].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});
