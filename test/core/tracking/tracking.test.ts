import fc from 'fast-check';
import { aggregateKpis } from '../../../core/kpi';
import { DEVICE_EVENT_TYPES, deliveryId, deliveryUuid, parseEvents, parseTracking, readDeliveryToken, readTrackedLink, signDelivery, trackedLink } from '../../../core/tracking';
import { NOW, SECRET } from '../support';

const ID = deliveryId('sale', 'once', 'anna', 'token');
const tracking = { eventsUrl: 'https://shop.example/push-events', secret: SECRET };
const queryOf = (link: string) => Object.fromEntries(new URL(link).searchParams);

describe('a delivery', () => {
  it('has the same name in every process, and another for another campaign, occurrence, person or device', () => {
    expect(deliveryId('sale', 'once', 'anna', 'token')).toBe(ID);
    const others: [string, string, string, string][] = [['other', 'once', 'anna', 'token'], ['sale', '2', 'anna', 'token'], ['sale', 'once', 'ben', 'token'], ['sale', 'once', 'anna', 't']];
    expect(new Set([ID, ...others.map((names) => deliveryId(...names))]).size).toBe(5);
    // The parts are kept apart: moving a letter from one to the next is another delivery.
    expect(deliveryId('a', 'bc', 'd', 'e')).not.toBe(deliveryId('ab', 'c', 'd', 'e'));
  });

  it('has a UUID of version 8 for APNs', () => {
    expect(deliveryUuid(ID)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is read back from its token', () => {
    expect(readDeliveryToken(signDelivery(ID, SECRET), SECRET)).toBe(ID);
  });

  it('is not read from a token of another secret, a changed one, or none', () => {
    const token = signDelivery(ID, SECRET);
    expect(() => readDeliveryToken(signDelivery(ID, 'the secret of somebody else'), SECRET)).toThrow(expect.objectContaining({ code: 'token-forged' }));
    expect(() => readDeliveryToken(`A${token.slice(1)}`, SECRET)).toThrow(expect.objectContaining({ code: 'token-forged' }));
    for (const none of [undefined, null, '', 42, {}, 'x.y', `${token} `]) {
      expect(() => readDeliveryToken(none, SECRET)).toThrow(expect.objectContaining({ code: 'token-malformed' }));
    }
  });

  it('no text that was not signed is taken for a token', () => {
    fc.assert(fc.property(fc.string(), fc.base64String(), (a, b) => {
      expect(() => readDeliveryToken(a, SECRET)).toThrow();
      expect(() => readDeliveryToken(`${ID}.${b}`, SECRET)).toThrow();
    }));
  });
});

describe('a click link', () => {
  it('leads to the address that the campaign named', () => {
    const link = trackedLink(tracking, ID, 'https://shop.example/sale?a=1&b=é');
    expect(link.startsWith(tracking.eventsUrl)).toBe(true);
    expect(readTrackedLink(queryOf(link), SECRET)).toEqual({ id: ID, target: 'https://shop.example/sale?a=1&b=%C3%A9' });
  });

  it('leads there in letters that a header can hold, whatever the address holds', () => {
    const { target } = readTrackedLink(queryOf(trackedLink(tracking, ID, 'https://shop.example/\u{1f600}?x=\r\nset-cookie: a=b')), SECRET);
    expect(target).toBe('https://shop.example/%F0%9F%98%80?x=set-cookie:%20a=b');
    fc.assert(fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string({ unit: 'binary' }), (url, more) => {
      const link = trackedLink(tracking, ID, `${url}/${more}`);
      expect(readTrackedLink(queryOf(link), SECRET).target).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
    }));
  });

  it('leads to web addresses only, though signed', () => {
    for (const target of ['javascript:alert(1)', '//evil.example', '/sale', 'https://', '']) {
      expect(() => readTrackedLink(queryOf(trackedLink(tracking, ID, target)), SECRET)).toThrow(expect.objectContaining({ code: 'link-forged' }));
    }
  });

  it('is not followed to any of the addresses that look like the campaign\'s', () => {
    const query = queryOf(trackedLink(tracking, ID, 'https://shop.example/sale'));
    for (const u of ['//shop.example/sale', 'https:\\\\shop.example/sale', 'https://shop.example@evil.example/sale', 'https://shop.example/sale\0', '\thttps://shop.example/sale', 'HTTPS://shop.example/sale']) {
      expect(() => readTrackedLink({ ...query, u }, SECRET)).toThrow(expect.objectContaining({ code: 'link-forged' }));
    }
  });

  it('does not lead elsewhere when the address, the delivery or the signature is changed', () => {
    const query = queryOf(trackedLink(tracking, ID, 'https://shop.example/sale'));
    const other = queryOf(trackedLink(tracking, deliveryId('sale', 'once', 'ben', 'x'), 'https://evil.example'));
    for (const changed of [{ ...query, u: 'https://evil.example' }, { ...query, t: other['t'] }, { ...query, s: other['s'] }, { ...query, s: '' }, { ...query, u: ['https://evil.example'] }]) {
      expect(() => readTrackedLink(changed, SECRET)).toThrow(expect.objectContaining({ code: 'link-forged' }));
    }
  });
});

describe('tracking', () => {
  it('refuses a short secret and an address that is none', () => {
    expect(() => parseTracking({ eventsUrl: tracking.eventsUrl, secret: 'short' })).toThrow(expect.objectContaining({ code: 'weak-secret' }));
    for (const eventsUrl of ['', 'shop', 'ftp://shop.example', undefined]) {
      expect(() => parseTracking({ eventsUrl, secret: SECRET })).toThrow(expect.objectContaining({ code: 'bad-events-url' }));
    }
  });
});

describe('a request with events', () => {
  const token = signDelivery(ID, SECRET);
  const parse = (body: unknown) => parseEvents(body, SECRET, NOW);

  it('may hold one event, a list, or a list under "events"', () => {
    const event = { token, type: 'opened' };
    for (const body of [event, [event], { events: [event] }]) expect(parse(body).events).toMatchObject([{ delivery: ID, type: 'opened', at: NOW.toISOString() }]);
  });

  it('loses no good event to a bad one', () => {
    const { events, rejected } = parse([{ token, type: 'opened' }, { token: 'forged', type: 'opened' }, null, { token, type: 'danced' }, { token, type: 'clicked', action: 'buy' }]);
    expect(events.map(({ type }) => type)).toEqual(['opened', 'clicked']);
    expect(rejected).toMatchObject([{ index: 1, code: 'token-malformed' }, { index: 2, code: 'event-unreadable' }, { index: 3, code: 'unknown-event-type' }]);
  });

  it('sets a clock that runs ahead back to the arrival, and keeps one that is late', () => {
    const at = (value: unknown) => parse({ token, type: 'opened', at: value }).events[0]?.at;
    expect(at('2030-01-01T00:00:00Z')).toBe(NOW.toISOString());
    expect(at('2026-05-01T00:00:00Z')).toBe('2026-05-01T00:00:00.000Z');
  });

  it.each([
    { value: 'ten', currency: 'EUR' }, { value: 10 }, { value: 10, currency: 'euro' }, { value: Number.NaN, currency: 'EUR' }, { at: 'yesterday' }, { at: -1e14 }, { at: '-000001-01-01T00:00:00Z' }, { value: 1e308, currency: 'EUR' }, { id: {} }, { action: 'x'.repeat(500) },
  ])('refuses %j', (fields) => {
    expect(parse({ token, type: 'converted', ...fields }).rejected).toMatchObject([{ code: 'bad-event-field' }]);
  });

  it('that cannot be read as a whole says so', () => {
    for (const body of [undefined, null, 'text', 3]) expect(() => parse(body)).toThrow(expect.objectContaining({ code: 'events-unreadable' }));
    expect(() => parse(Array(10_001).fill({}))).toThrow(expect.objectContaining({ code: 'too-many-events' }));
  });

  it('of any content gives an event or a reason for each entry', () => {
    fc.assert(fc.property(fc.array(fc.anything(), { minLength: 2 }), (body) => {
      const { events, positions, rejected } = parse(body);
      expect([...positions, ...rejected.map(({ index }) => index)].toSorted((a, b) => a - b)).toEqual(body.map((_, index) => index));
      expect(positions).toHaveLength(events.length);
    }));
  });

  it('whatever it says, makes no event that figures cannot be made of', () => {
    const field = fc.oneof(fc.anything(), fc.double(), fc.date({ noInvalidDate: false }).map((date) => date.getTime()), fc.constantFrom('EUR', '0000-01-01', '+275760-09-13T00:00:00Z'));
    const event = fc.record({ at: field, value: field, currency: field, id: field, action: field, type: fc.constantFrom(...DEVICE_EVENT_TYPES) }, { requiredKeys: ['type'] });
    fc.assert(fc.property(fc.array(event, { minLength: 2 }), (list) => {
      for (const { key, ...one } of parse(list.map((fields) => ({ ...fields, token }))).events) {
        expect(() => aggregateKpis([{ ...one, id: key, campaign: 'sale', recipient: 'anna' }])).not.toThrow();
      }
    }));
  });
});
