import { Overload } from '../../../../core/delivery/breaker/overload';

const REST = 10_000;
const MOST = 600_000;

function feed(overload: Overload, answers: string, from: number, everyMs = 10, leftAt?: number): { rest: number; now: number } {
  let now = from;
  for (const answer of answers) {
    now += everyMs;
    const rest = overload.note(answer === 'x', leftAt ?? now, now, REST, MOST);
    if (rest > 0) return { rest, now };
  }
  return { rest: 0, now };
}

describe('the circuit breaker', () => {
  it('lets all go while no more than half of the answers fail, or too few to tell', () => {
    expect(feed(new Overload(), '.x'.repeat(500), 0).rest).toBe(0);
    expect(feed(new Overload(), 'x'.repeat(99), 0).rest).toBe(0);
  });

  it('asks for a rest when more than half fail, and forgets failures of long ago', () => {
    const { rest, now } = feed(new Overload(), 'x'.repeat(200), 0);
    expect([rest, now]).toEqual([REST, 1000]);
    expect(feed(new Overload(), 'x'.repeat(200), 0, 300).rest).toBe(0);
  });

  it('then lets one try for all: the rest doubles while it fails, four times at most, and ends when it succeeds', () => {
    const overload = new Overload();
    let { rest, now } = feed(overload, 'x'.repeat(200), 0);
    const rests = [rest];
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(overload.isTrying).toBe(true);
      now += rest + 1;
      rest = overload.note(true, now, now, REST, MOST);
      rests.push(rest);
    }
    expect(rests).toEqual([1, 2, 4, 8, 8].map((times) => times * REST));
    expect(overload.note(false, now + rest + 1, now + rest + 1, REST, MOST)).toBe(0);
    expect(overload.isTrying).toBe(false);
    expect(feed(overload, '.'.repeat(300), now + rest + 2).rest).toBe(0);
  });

  it('takes no notice during a rest of answers to what was in the air before', () => {
    const overload = new Overload();
    const { now } = feed(overload, 'x'.repeat(200), 0);
    expect(feed(overload, 'x'.repeat(500), now).rest).toBe(0);
    expect(feed(overload, '.'.repeat(500), now).rest).toBe(0);
    expect(overload.isTrying).toBe(true);
  });

  it('takes no notice of them after the rest either: neither a timeout nor good news speaks for the one that tries for all', () => {
    const overload = new Overload();
    const { rest, now } = feed(overload, 'x'.repeat(200), 0);
    for (const answers of ['x', '.']) {
      expect(feed(overload, answers, now + rest + 1, 10, now - 1).rest).toBe(0);
      expect(overload.isTrying).toBe(true);
    }
  });

  it('rests no longer than a run lets it, and hears what leaves after that', () => {
    const overload = new Overload();
    const most = 2000;
    let now = 0;
    let rest = 0;
    while (rest === 0) rest = overload.note(true, ++now, now, REST, most);
    expect(rest).toBe(most);
    overload.note(false, now + most, now + most, REST, most);
    expect(overload.isTrying).toBe(false);
  });
});
