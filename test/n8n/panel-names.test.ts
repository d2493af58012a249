/** A rule that is refused is named as the panel of the segment filter shows it, and as JSON only where JSON was written. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { compileStage, type ParseOptions } from '../../core';
import { readSegment } from '../../nodes/SegmentFilter/condition';

type Json = Record<string, unknown>;

/** Parameters as n8n hands them over, read by their paths. */
const contextOf = (parameters: Json): IExecuteFunctions => ({
  getNodeParameter: (path: string, _item: number, otherwise?: unknown) =>
    path.split(/[.[\]]+/).filter((key) => key !== '').reduce<unknown>((value, key) => (value as Json | undefined)?.[key], parameters) ?? otherwise,
}) as unknown as IExecuteFunctions;

function refusalOf(parameters: Json, known: ParseOptions = {}): string {
  try {
    const { segment, inPanelWords } = readSegment(contextOf(parameters));
    try {
      compileStage({ segment }, { known });
    } catch (thrown) {
      throw inPanelWords(thrown);
    }
    return 'nothing';
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

const row = (leftValue: string, operation: string, rightValue: unknown = '', type = 'string') => ({ leftValue, rightValue, operator: { type, operation } });
const GOOD = row('country', 'equals', 'FR');
const SLOW = row('={{ $json.email }}', 'regex', '(a+)+$');
const BLANK = row('', 'equals');

it.each<[what: string, parameters: Json, message: string | RegExp]>([
  ['a row', { conditions: { conditions: [GOOD, SLOW] } }, 'The regular expression at Condition 2 could take very long on some texts.'],
  ['a row of rows joined by OR', { conditions: { combinator: 'or', conditions: [GOOD, row('a.__proto__', 'exists')] } }, /^The field at Condition 2 holds '__proto__'/],
  ['the tenth row, and not the first', { conditions: { conditions: [...Array.from({ length: 9 }, () => GOOD), SLOW] } }, /at Condition 10 /],
  ['a row beside rules', { conditions: { conditions: [GOOD, SLOW] }, rules: { inList: [{ list: 'vip' }] } }, /at Condition 2 /],
  ['a row after an empty one, beside rules', { conditions: { conditions: [BLANK, SLOW] }, rules: { inList: [{ list: 'vip' }] }, join: 'or' }, /at Condition 2 /],
  ['the only rule of its kind', { conditions: { conditions: [BLANK] }, rules: { inList: [{ list: 'vip' }], performed: [{ event: 'sneezed' }] } }, "There is no event 'sneezed' (at Rule 'Did Something', Event)."],
  ['the second rule of its kind', { rules: { performed: [{ event: 'opened' }, { event: 'opened', more: { count: 'often' } }] } }, /^At Rule 'Did Something' 2, Count: 'count' takes /],
  ['a rule that is turned around', { rules: { reachable: [{ more: { not: true, seenWithin: 'long' } }] } }, /^At Rule 'Can Be Reached', Seen Within: /],
  ['a rule that joins rows by OR', { conditions: { conditions: [GOOD] }, rules: { spent: [{ amount: '> 100', currency: 'euros' }] }, join: 'or' }, /^At Rule 'Spent an Amount', Currency: /],
  ['a rule about a field', { rules: { anniversary: [{ field: 'birth.day', from: 'today', more: { timezone: 'Mars/Base' } }] } }, /^At Rule 'Has an Anniversary', Timezone: /],
  ['a rule without its field', { rules: { near: [{ latitude: 1, longitude: 1, radius: '1km' }] } }, "The field at Rule 'Is Near a Place' is empty."],
  ['JSON inside a rule, with the place in it', { rules: { performed: [{ event: 'opened', more: { where: '{"$or":[{"campaign":{"$like":"x"}}]}' } }] } }, "There is no operator $like (at Rule 'Did Something', Where, $or[0].campaign.$like)."],
  ['JSON', { mode: 'json', condition: '{"$and":[{"a":1},{"b":{"$like":1}}]}' }, 'There is no operator $like (at $and[1].b.$like).'],
  ['a row of a named segment', { route: 'first', segments: { values: [{ name: 'good', conditions: { conditions: [GOOD] } }, { name: 'VIP', conditions: { conditions: [GOOD, GOOD, SLOW] } }] } }, "Segment 'VIP': The regular expression at Condition 3 could take very long on some texts."],
  ['a row that cannot be read, of a named segment', { route: 'all', segments: { values: [{ name: 'VIP', conditions: { conditions: [GOOD, row('', 'equals', 'x')] } }] } }, "Segment 'VIP': Condition 2 names no field."],
  ['a rule of a named segment', { route: 'all', segments: { values: [{ name: 'VIP', rules: { performed: [{ event: 'sneezed' }] } }] } }, "Segment 'VIP': There is no event 'sneezed' (at Rule 'Did Something', Event)."],
  ['JSON of a named segment', { route: 'all', segments: { values: [{ name: 'VIP', mode: 'json', condition: '{"a":{"$like":1}}' }] } }, "Segment 'VIP': There is no operator $like (at a.$like)."],
])('%s', (_what, parameters, message) => {
  const said = refusalOf(parameters);
  message instanceof RegExp ? expect(said).toMatch(message) : expect(said).toBe(message);
  expect(said.replace(/'[^']*'/g, '')).not.toMatch(/\$and\[0\]\.\$|\$performed/);
});

it('a saved list that is not there, and one that stands in another', () => {
  const parameters = { rules: { inList: [{ list: { __rl: true, value: 'friends' } }] } };
  expect(refusalOf(parameters, { lists: new Map() })).toBe("There is no list 'friends' (at Rule 'Is in a List').");
  const friends = { condition: { $inList: 'vip' } };
  expect(refusalOf(parameters, { lists: new Map([['friends', friends]]) })).toBe("There is no list 'vip' (at Rule 'Is in a List', (friends).$inList).");
});

it('what is wrong but stands nowhere in the segment stays as it is', () => {
  const { inPanelWords } = readSegment(contextOf({ conditions: { conditions: [GOOD] } }));
  const error = new Error('The disk is full.');
  expect(inPanelWords(error)).toBe(error);
});
