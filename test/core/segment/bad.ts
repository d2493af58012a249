/** Conditions that are refused when a step starts: what, the condition as JSON text, the code, the place that is named. */
const deep = (open: string, close: string, inner: string): string => open.repeat(10_000) + inner + close.repeat(10_000);

export const BAD_CONDITIONS: readonly (readonly [what: string, condition: string, code: string, place: string])[] = [
  ['an unknown operator', '{"$or":[{"a":1},{"country":{"$like":"F"}}]}', 'unknown-operator', '$or[1].country.$like'],
  ['an unknown event', '{"$and":[{"$performed":{"event":"sneezed"}}]}', 'unknown-event', '$and[0].$performed'],
  ['a catastrophic expression', '{"email":{"$regex":"(a+)+$"}}', 'regex-unsafe', 'email.$regex'],
  ['a way to the prototype', '{"a":1,"__proto__.admin":true}', 'field-invalid', '__proto__'],
  ['the prototype itself', '{"__proto__":{"$eq":1}}', 'field-invalid', '__proto__'],
  ['a nesting of 10,000', deep('{"$not":', '}', '{"a":1}'), 'condition-too-deep', '$not'],
  ['groups nested 10,000 deep', deep('{"$or":[', ']}', '{"a":1}'), 'condition-too-deep', '$or[0]'],
  ['a value nested 10,000 deep', `{"a":${deep('[', ']', '1')}}`, 'condition-too-deep', 'a'],
  ['a date compared with a word', '{"at":{"$gte":"2026-01-01","$lt":"soon"}}', 'bounds-mixed', 'at'],
  ['a word for a date', '{"at":{"$before":"soon"}}', 'operand-invalid', 'at.$before'],
  ['a zone that does not exist', '{"birthday":{"$anniversary":{"from":"today","timezone":"Mars/Base"}}}', 'operand-invalid', 'birthday.$anniversary'],
  ['a number beyond all numbers', '{"orders":{"$gt":1e999}}', 'operand-invalid', 'orders.$gt'],
];
