import { asPushError, PushError } from '../../core/errors';

describe('asPushError', () => {
  it('keeps our own errors, and the words of whatever else was thrown', () => {
    const own = new PushError('no-id', 'A person has no id.');
    expect(asPushError(own)).toBe(own);
    for (const thrown of [new Error('disk full'), { code: 'S0101', message: 'disk full' }, 'disk full']) {
      expect(asPushError(thrown)).toMatchObject({ code: 'unexpected', message: 'disk full', fields: { detail: 'disk full' } });
    }
  });
});
