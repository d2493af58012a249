import fc from 'fast-check';
import { compileStage, type Stage } from '../../../core/campaign';
import { PushError } from '../../../core/errors';

const halves = [{ name: 'A', weight: 50 }, { name: 'B', weight: 50 }];
const split = (more: object) => compileStage({ split: { key: 'sale', arms: halves, ...more } } as Stage);

describe('compiling a stage', () => {
  it.each<[object, string]>([
    [{ arms: undefined }, 'bad-arms'],
    [{ arms: [] }, 'bad-arms'],
    [{ arms: [null, null] }, 'bad-arms'],
    [{ key: '' }, 'no-experiment-key'],
    [{ control: Number.NaN }, 'bad-weight'],
    [{ control: -5 }, 'bad-weight'],
    [{ control: '10' }, 'bad-weight'],
    [{ control: 10 }, 'weights-do-not-sum'],
    [{ arms: [{ name: 'control', weight: 45 }, { name: 'B', weight: 45 }], control: 10 }, 'control-named-twice'],
    [{ arms: [{ name: 'heldOut', weight: 50 }, { name: 'B', weight: 50 }] }, 'control-named-twice'],
  ])('refuses a split with %j: %s', (more, code) => {
    expect(() => split(more)).toThrow(expect.objectContaining({ code }));
  });

  it('has an output for each arm and one for the people held out', () => {
    expect(split({}).outputs).toEqual(['A', 'B', 'heldOut']);
    expect(split({ control: null }).apply({ audience: { plan: [{ stage: { audience: {} } }] } })).toHaveLength(3);
  });

  it.each([undefined, null, 'split', {}, { split: null }, { segment: null }, { segment: { condition: null } }])('refuses %j as a stage', (stage) => {
    expect(() => compileStage(stage as unknown as Stage)).toThrow(PushError);
  });

  it('lets no name in the state of earlier steps pass for its prototype', () => {
    const [route] = split({}).apply(JSON.parse('{ "id": "a", "push": { "__proto__": { "heldOut": true }, "segment": "all" } }'));
    const push = route?.item['push'] as object;
    expect(Object.getPrototypeOf(push)).toBe(Object.prototype);
    expect(push).toMatchObject({ segment: 'all' });
    expect('heldOut' in push).toBe(false);
  });

  it('sends every person to one output, and no item to another kind of failure than a PushError', () => {
    const stage = split({ arms: [{ name: 'A', weight: 45 }, { name: 'B', weight: 45 }], control: 10 });
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.record({ id: fc.oneof(fc.string(), fc.double()), push: fc.jsonValue() })), (item) => {
      let routes;
      try {
        routes = stage.apply(item as never);
      } catch (thrown) {
        return thrown instanceof PushError;
      }
      return routes.length === 1 && routes[0]!.output >= 0 && routes[0]!.output <= 2;
    }));
  });
});
