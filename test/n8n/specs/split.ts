import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Bench, TestNode } from '../support/bench';

interface Experiment {
  key: string;
  arms: { name: string; weight: number }[];
  coverage?: number;
}

interface Vectors {
  assignments: { name: string; experiment: Experiment; id: unknown; expect: { arm: string | null; bucket: number } }[];
  rejections: { name: string; experiment: Experiment; id: unknown; code: string }[];
}

const vectors = JSON.parse(readFileSync(join(__dirname, '../../vectors/experiment.json'), 'utf8')) as Vectors;
// Coverage is a matter of the engine; the node has a control group.
const assignments = vectors.assignments.filter(({ experiment }) => experiment.coverage === undefined);
// n8n itself publishes no workflow whose required parameter is empty.
const rejections = vectors.rejections.filter(({ experiment }) => experiment.coverage === undefined && experiment.key !== '');

function split({ key, arms }: Experiment, more: Partial<TestNode> = {}): TestNode {
  const control = arms.find(({ name }) => name === 'control')?.weight ?? 0;
  const values = arms.filter(({ name }) => name !== 'control');
  return { type: 'abSplit', parameters: { experiment: key, arms: { values }, control }, ...more };
}

const pushOf = (item: { json: IDataObject } | undefined) => (item?.json['push'] ?? {}) as IDataObject;

export function specifySplit(bench: Bench): void {
  describe('Push A/B Split', () => {
    it(`agrees with the ${assignments.length} golden assignments, each item on the output of its arm`, async () => {
      const items = assignments.map(({ id }, caseIndex) => ({ id, caseIndex }));
      const { nodes } = await bench.runAll(assignments.map(({ experiment }) => split(experiment)), items);
      const answers = assignments.map(({ experiment: { arms } }, index) => {
        const outputs = nodes[`Node ${index}`]?.outputs ?? [];
        const output = outputs.findIndex((list) => list.some(({ json }) => json['caseIndex'] === index));
        const item = outputs[output]?.find(({ json }) => json['caseIndex'] === index);
        const names = arms.map(({ name }) => name).filter((name) => name !== 'control');
        return { arm: names[output] ?? 'control', written: pushOf(item)['arm'], bucket: pushOf(item)['bucket'] };
      });
      expect(answers).toEqual(assignments.map(({ expect: { arm, bucket } }) => ({ arm, written: arm, bucket })));
    });

    it(`refuses the ${rejections.length} golden mistakes, and lets nobody into an arm for them`, async () => {
      const { nodes } = await bench.runAll(
        rejections.map(({ experiment }) => split(experiment, { onError: 'continueRegularOutput' })),
        rejections.map(({ id }, caseIndex) => ({ id, caseIndex })),
      );
      const answers = rejections.map(({ name, experiment }, index) => {
        const outputs = nodes[`Node ${index}`]?.outputs ?? [];
        const heldOut = outputs[experiment.arms.length] ?? [];
        const failure = heldOut.find(({ pairedItem, json }) => pairedItem?.item === index && json['error'] !== undefined);
        return { name, code: (failure?.json['details'] as IDataObject | undefined)?.['code'] };
      });
      expect(answers).toEqual(rejections.map(({ name, code }) => ({ name, code })));
    });

    it('stops with the item and the remedy where a person has no id', async () => {
      const { stopped } = await bench.run(split({ key: 'k', arms: [{ name: 'A', weight: 50 }, { name: 'B', weight: 50 }] }), [{ id: 1 }, {}]);
      expect(stopped?.context?.itemIndex).toBe(1);
      expect(stopped?.message).toContain('id');
      expect(stopped?.description).not.toBe('');
    });

    it("keeps the others going on the error output, with the failed item's own fields", async () => {
      const node = split({ key: 'k', arms: [{ name: 'A', weight: 50 }, { name: 'B', weight: 50 }] }, { onError: 'continueErrorOutput' });
      const { outputs } = await bench.run(node, [{ id: 1 }, { name: 'nobody' }, { id: 2 }]);
      expect(outputs).toHaveLength(4);
      expect(outputs.slice(0, 3).flat().map(({ json }) => json['id']).sort()).toEqual([1, 2]);
      expect(outputs[3]?.map(({ json }) => json)).toEqual([{ name: 'nobody', error: expect.any(String), details: expect.objectContaining({ code: 'no-id' }) }]);
    });

    it('reads the id where the option says, keeps what an item holds, and links it to its input', async () => {
      const node = split({ key: 'k', arms: [{ name: 'A', weight: 100 }, { name: 'B', weight: 0 }] });
      node.parameters = { ...node.parameters, options: { id: 'user.key' } };
      const { outputs } = await bench.run(node, [{ user: { key: 'x' }, push: { campaign: 'c' } }, { user: { key: 'y' } }]);
      expect(outputs[0]?.map(({ json, pairedItem }) => [json['user'], pushOf({ json })['campaign'], pairedItem])).toEqual([
        [{ key: 'x' }, 'c', { item: 0 }],
        [{ key: 'y' }, undefined, { item: 1 }],
      ]);
    });
  });
}
