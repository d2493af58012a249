import { PushError } from '../../../core/errors';
import { compileSegment } from '../../../core/segment';

const hostile = ['a'.repeat(500), `${'a'.repeat(499)}!`, 'x'.repeat(500), '1'.repeat(499), 'ab'.repeat(250), `${'a '.repeat(249)}!`, '.a'.repeat(250), '@'.repeat(500)];

describe('a regular expression', () => {
  it.each([
    '^fr', '@(gmail|yahoo)\\.com$', '^\\+33', '^[A-Z]{2}\\d+$', '^[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+$', 'shoe.*sale', '^.*a.*b', 'a|b|c',
    '^(75|92|93|94)[0-9]{3}$', '(?:foo|bar)+baz', '^\\d{1,3}(\\.\\d{1,3}){3}$', '[^@]+@[^@]+', '(?<y>\\d{4})-(?<m>\\d\\d)', '\\bsale\\b', '^(a|b)*c$', '.*',
    '^$', '', 'a{2,5}', '\\s+$', '(ab)*', 'https?://[^/]+/shop', '^(Mr|Mrs|Ms)\\.? ', '\\d{5}(-\\d{4})?', 'iPhone(\\d+),\\d', '^(?:[a-z]+ )*[a-z]+$', '[a-z].*x[a-z]*9',
  ])('%s is taken, and answers hostile texts in time', (pattern) => {
    const matches = compileSegment({ text: { $regex: pattern } });
    const began = performance.now();
    for (const text of hostile) expect(matches({ text })).toBe(new RegExp(pattern).test(text));
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it.each([
    '(a+)+$', '(a*)*', '(a|a)*b', '(a|ab)*c', '(.*)*', '(\\w+\\s?)*$', '.*.*.*x', 'a*a*a*b', '(a?){30}a{30}', '(a?)*', '(x+x+)+y', '^(a+)+$',
    '([a-z]+)*[a-z]+@', '(a|b|ab)*c', '.*a.*b', '(\\d|\\d\\d)+$', '(?:a|b|)*c', '([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@)', '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(a{1,5}){1,50}b', '(a|a?)+$', '([^x]|[^y])*!', '(\\u0061|a)+$', '(\\x61|a)+$', '(é|[^a])+$', '([\\s\\S]|.)*!', '(?<name>a+)+$', 'a?'.repeat(40) + 'a'.repeat(40),
  ])('%s is refused: it can hang', (pattern) => {
    expect(() => compileSegment({ text: { $regex: pattern } })).toThrow(expect.objectContaining({ code: 'regex-unsafe' }));
  });

  it('that is safe by itself but not without case is refused without case', () => {
    expect(() => compileSegment({ text: { $regex: '(a|A)+!' } })).not.toThrow();
    expect(() => compileSegment({ text: { $regex: '(a|A)+!', $options: 'i' } })).toThrow(PushError);
    expect(() => compileSegment({ text: { $regex: '([a-z]|[A-Z])+!', $options: 'i' } })).toThrow(PushError);
  });

  it.each(['(?=a)b', '(?!a)b', '(?<=a)b', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>'])('%s is refused: it cannot be counted', (pattern) => {
    expect(() => compileSegment({ text: { $regex: pattern } })).toThrow(expect.objectContaining({ code: 'regex-unsafe' }));
  });

  it('that does not parse is refused with the reason of the engine', () => {
    expect(() => compileSegment({ text: { $regex: '[z-a]' } })).toThrow(expect.objectContaining({ code: 'regex-invalid', message: expect.stringContaining('text.$regex') }));
  });

  it('is the same for every person, one after another', () => {
    const matches = compileSegment({ text: { $regex: 'a' } });
    expect([1, 2, 3, 4].map(() => matches({ text: 'banana' }))).toEqual([true, true, true, true]);
  });
});
