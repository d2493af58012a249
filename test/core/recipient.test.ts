import fc from 'fast-check';
import { PushError } from '../../core/errors';
import type { JsonValue } from '../../core/json';
import { fromView, parseRecipient, toView, tokenFingerprint } from '../../core/recipient';

const parse = (view: unknown, fields = {}) => parseRecipient(view, fields);
const catchError = (work: () => unknown): PushError => {
  try {
    work();
  } catch (thrown) {
    return thrown as PushError;
  }
  throw new Error('nothing was thrown');
};
const HEX = 'ab'.repeat(32);

describe('reading a person out of a row', () => {
  it('takes a flat row with a token as a person with one device', () => {
    expect(parse({ id: 'anna', firstName: 'Anna', token: 't:1', platform: 'android' }).recipient).toEqual({
      id: 'anna', attributes: { firstName: 'Anna' }, devices: [{ token: 't:1', gateway: 'fcm', platform: 'android' }],
    });
  });

  it('names a person without id after their device', () => {
    expect(parse({ token: 't:1' }).recipient.id).toBe(`device:${tokenFingerprint('t:1')}`);
  });

  it('refuses a person without id and device, and says which field was looked for', () => {
    expect(() => parse({ firstName: 'Anna' })).toThrow(/'id' is missing/);
    expect(() => parse({ user: {} }, { id: 'user.key' })).toThrow(/'user.key'/);
  });

  it('reads the fields that the user names, dotted ones too, and keeps the rest as attributes', () => {
    const row = { user: { key: 7 }, push_token: HEX, lang: 'fr_FR', zone: 'Europe/Paris', city: 'Lyon' };
    const fields = { id: 'user.key', token: 'push_token', locale: 'lang', timezone: 'zone' };
    expect(parse(row, fields).recipient).toEqual({
      id: '7', locale: 'fr-FR', timezone: 'Europe/Paris', attributes: { user: { key: 7 }, city: 'Lyon' },
      devices: [{ token: HEX, gateway: 'apns', platform: 'ios' }],
    });
  });

  it('knows an APNs token by its form, unless the platform says otherwise', () => {
    expect(parse({ id: 1, token: HEX }).recipient.devices[0]).toMatchObject({ gateway: 'apns', platform: 'ios' });
    expect(parse({ id: 1, token: HEX, platform: 'android' }).recipient.devices[0]).toMatchObject({ gateway: 'fcm' });
    expect(parse({ id: 1, token: 'x', platform: 'ios' }).recipient.devices[0]).toMatchObject({ gateway: 'fcm', platform: 'ios' });
  });

  it('keeps several devices, each token once', () => {
    const devices = [{ token: 'a' }, { token: 'b', gateway: 'fcm' }, { token: 'a', appVersion: '2' }, 'c'];
    expect(parse({ id: 1, devices }).recipient.devices.map(({ token }) => token)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    [{ timezone: 'Mars/Olympus' }, 'unknown-timezone'],
    [{ locale: 'not a language' }, 'unknown-locale'],
    [{ devices: [{ gateway: 'fcm' }] }, 'bad-device'],
    [{ devices: [{ token: 'a', gateway: 'pigeon' }] }, 'bad-device'],
    [{ devices: 'a,b' }, 'bad-device'],
    [{ consent: { marketing: 'yes' } }, 'bad-consent'],
    [{ timezone: { toString: 1 } }, 'unknown-timezone'],
    [{ locale: { toString: 1 } }, 'unknown-locale'],
    [{ devices: [{ token: 'x'.repeat(5000) }] }, 'bad-device'],
    [{ token: 'to\0ken' }, 'bad-device'],
  ])('keeps a person with %j and warns: %s', (row, code) => {
    const { recipient, warnings } = parse({ id: 'anna', firstName: 'Anna', ...row });
    expect(recipient).toMatchObject({ id: 'anna', attributes: { firstName: 'Anna' } });
    expect(warnings).toMatchObject([{ code, message: expect.any(String) }]);
  });

  it('never takes an unreadable consent for a yes', () => {
    expect(parse({ id: 1, consent: { marketing: 'ja' } }).recipient.consent).toEqual({ marketing: 'opted-out' });
  });

  it.each(['opted-out', 'no', false, true, ['opted-out'], 0])('refuses a person whose consent is %j, which may be a no for any category', (consent) => {
    expect(() => parse({ id: 1, token: 't', consent })).toThrow(expect.objectContaining({ code: 'bad-consent' }));
  });

  it('reads the spellings of a consent state', () => {
    const { recipient, warnings } = parse({ id: 1, consent: { a: 'Opted-In', b: ' opted_out ', c: 'OPTED IN', d: 'Subscribed', e: '' } });
    expect(recipient.consent).toEqual({ a: 'opted-in', b: 'opted-out', c: 'opted-in', d: 'subscribed' });
    expect(warnings).toEqual([]);
  });

  it('keeps a category named as a prototype is', () => {
    const { consent } = parse(JSON.parse('{ "id": 1, "consent": { "__proto__": "opted-out" } }')).recipient;
    expect(Object.entries(consent ?? {})).toEqual([['__proto__', 'opted-out']]);
  });

  it('refuses an id that is a whole file, and says so in a few words', () => {
    const thrown = catchError(() => parse({ id: 'x'.repeat(1_000_000) }));
    expect(thrown).toMatchObject({ code: 'id-too-long' });
    expect(thrown.message.length).toBeLessThan(200);
    expect(JSON.stringify(parse({ id: 1, timezone: 'z'.repeat(1_000_000) }).warnings).length).toBeLessThan(300);
  });

  it('gives half a letter of an id the form that it has in the store', () => {
    expect(parse({ id: '\ud83dx', token: '\ud83dt' }).recipient).toMatchObject({ id: '\ufffdx', devices: [{ token: '\ufffdt' }] });
  });

  it('takes a list of more devices than a call has arguments', () => {
    expect(parse({ id: 1, devices: Array(200_000).fill('t') }).recipient.devices).toHaveLength(1);
  });

  it('tells no token in a warning', () => {
    const { warnings } = parse({ id: 1, devices: [{ token: 'secret-token', gateway: 'pigeon' }] });
    expect(JSON.stringify(warnings)).not.toContain('secret-token');
  });

  it('is undone by the view', () => {
    const view = { id: 'anna', locale: 'fr', consent: { marketing: 'opted-in' }, city: 'Lyon', devices: [{ token: 'a', gateway: 'fcm', platform: 'web' }], push: { arm: 'A' } };
    expect(toView(parse(view).recipient)).toEqual(view);
  });

  it('is read back from the view, whatever attributes it has', () => {
    const json = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('token', 'gateway', 'consent', 'permission', '__proto__', 'id')), fc.jsonValue());
    fc.assert(fc.property(json, (row) => {
      const { consent: _, ...fields } = row as Record<string, JsonValue>;
      const { recipient } = parse({ ...fields, key: 'anna', phone: 't:1' }, { id: 'key', token: 'phone' });
      expect(fromView(toView(recipient))).toMatchObject({ id: 'anna', devices: recipient.devices });
    }));
  });

  it('takes any value without failing in another way than by a PushError', () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      try {
        expect(parse(value).recipient.id).not.toBe('');
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(PushError);
      }
    }));
  });
});
