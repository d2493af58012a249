/** n8n's own Filter node stands beside ours in a workflow: the same items come in, the same ones go out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FilterValue, IDataObject } from 'n8n-workflow';
import type { NodeRun } from '../support/execution';
import { FILTER_OPERATORS, filterOf, leftSides, rightSides } from '../support/filter-rules';
import type { Bench, TestNode } from '../support/bench';

/** Where the two answer differently: as docs/segments.md says it, the operator, the right side, the field. */
const DIFFERENT: [question: string, operator: [string, string], right: unknown, f: unknown][] = [
  ['is equal to `3` (number)', ['number', 'equals'], 3, '3'],
  ['is equal to `"3"` (text)', ['string', 'equals'], '3', 3],
  ['is less than `18`', ['number', 'lt'], 18, null],
  ['is true', ['boolean', 'true'], '', 'yes'],
  ['is false', ['boolean', 'false'], '', undefined],
  ['is equal to `2026-03-02T00:00:00Z`', ['dateTime', 'equals'], '2026-03-02T00:00:00Z', '2026-03-02'],
];

/** The Filter node and ours, with the same rule of the same editor about `$json.f`. */
function pair(operator: [string, string], right: unknown): TestNode[] {
  const conditions = filterOf(operator, '={{ $json.f }}', right) as unknown as IDataObject;
  const loose = { ...conditions, options: { ...(conditions['options'] as FilterValue['options']), version: 3 } };
  return [
    { type: 'n8n-nodes-base.filter', typeVersion: 2.3, parameters: { conditions: loose, looseTypeValidation: true } },
    { type: 'segmentFilter', parameters: { mode: 'rules', conditions } },
  ];
}

const itemsOf = (values: unknown[]) => values.map((f, id) => ({ id, f }));

function kept(run: NodeRun | undefined): number[] {
  if (run?.error !== undefined) throw new Error(run.error.message);
  return (run?.outputs[0] ?? []).map(({ json }) => json['id'] as number);
}

export function specifyFilter(bench: Bench): void {
  describe("beside n8n's Filter", () => {
    it.each([...new Set(FILTER_OPERATORS.map(([type]) => type))])('lets the same people pass by each operator: %s', async (type) => {
      const values = leftSides(type, 'exists');
      const rules = FILTER_OPERATORS.filter(([of]) => of === type).flatMap((operator) => rightSides(...operator).slice(0, 2).map((right) => ({ operator, right })));
      const { nodes } = await bench.runAll(rules.flatMap(({ operator, right }) => pair(operator, right)), itemsOf(values));
      const answers = rules.map(({ operator: [, operation], right }, index) => {
        const asked = (ids: number[]) => ids.filter((id) => leftSides(type, operation).includes(values[id]));
        return { rule: [operation, right], theirs: asked(kept(nodes[`Node ${2 * index}`])), ours: asked(kept(nodes[`Node ${2 * index + 1}`])) };
      });
      expect(answers.map(({ rule, ours }) => ({ rule, people: ours }))).toEqual(answers.map(({ rule, theirs }) => ({ rule, people: theirs })));
      expect(new Set(answers.map(({ theirs }) => JSON.stringify(theirs))).size).toBeGreaterThan(2);
    });

    it('answers otherwise where docs/segments.md says so', async () => {
      const page = readFileSync(join(__dirname, '../../../docs/segments.md'), 'utf8');
      const rows: string[] = [];
      for (const [question, operator, right, f] of DIFFERENT) {
        const { nodes } = await bench.runAll(pair(operator, right), itemsOf([f]));
        const [theirs, ours] = [0, 1].map((side) => (kept(nodes[`Node ${side}`]).length === 1 ? 'yes' : 'no'));
        rows.push(`| Filter | ${question} | \`${JSON.stringify({ f })}\` | ${theirs} | ${ours} |`);
      }
      expect(rows.filter((row) => !page.includes(row))).toEqual([]);
      expect(rows.filter((row) => /(yes|no) \| \1 \|$/.test(row))).toEqual([]);
    });
  });
}
