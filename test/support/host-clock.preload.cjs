/** Loaded into a host under test before all else: its clock stands at the instant in the file, for as long as there is one. */
const { readFileSync, statSync } = require('node:fs');

const RealDate = Date;
const realNow = Date.now;
const file = process.env.HOST_CLOCK;

function now() {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? realNow() : Number(readFileSync(file, 'utf8'));
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, asked) => Reflect.construct(target, given.length === 0 ? [now()] : given, asked),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
RealDate.prototype.constructor = globalThis.Date;
