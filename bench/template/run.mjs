// Side by side in one process: a template of two fields and one helper, over 200,000 people, in plain compiled Handlebars,
// as text of ours, and as the whole message with both payloads and their bytes. Usage, after `npm run build`:
//   node scripts/with-node.mjs node --expose-gc bench/template/run.mjs [people]
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const Handlebars = require('handlebars');
const { compileTemplate } = require('../../dist/core/template/index.js');
const { compileText } = require('../../dist/core/template/language/compile.js');
const { FormatCache } = require('../../dist/core/template/language/formats.js');

const people = Number(process.argv[2] ?? 200_000);
const ROUNDS = 5;
const TEXT = 'Hi {{default firstName "friend"}}, your {{items}} items are waiting!';
const views = Array.from({ length: 1000 }, (_, n) => ({
  id: `p${n}`, firstName: n % 10 === 0 ? '' : `Name ${n}`, items: n % 7, locale: n % 2 === 0 ? 'fr-FR' : 'en', timezone: 'Europe/Paris',
}));

const plain = Handlebars.create();
plain.registerHelper('default', (value, text) => (value === undefined || value === null || value === '' ? text : value));
const options = { noEscape: true };
const run = {
  view: undefined, field: '', locale: 'en', timezone: 'UTC', now: undefined, missing: { policy: 'refuse', defaults: new Map() },
  formats: new FormatCache(), turnsLeft: 1e9, fallbacks: [],
};
const ours = compileText(TEXT, 'body', 'body');
const contestants = {
  'Handlebars, compiled': plain.compile(TEXT, options),
  'text of ours': (view) => {
    run.view = view;
    return ours.write(run);
  },
  'whole message of ours': compileTemplate({ title: 'Your basket', body: TEXT, link: 'https://shop.example/basket' }),
};

/** Nanoseconds a person. */
function measure(write) {
  const start = process.hrtime.bigint();
  let kept = 0;
  for (let n = 0; n < people; n += 1) kept += write(views[n % views.length]) === undefined ? 1 : 0;
  if (kept > 0) throw new Error('nothing was written');
  return Number(process.hrtime.bigint() - start) / people;
}

for (const write of Object.values(contestants)) measure(write);
const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, write] of Object.entries(contestants)) times[name].push(measure(write));
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const base = median(times['Handlebars, compiled']);
const rows = Object.entries(times).map(([name, list]) => ({
  name, 'ns a person': Math.round(median(list)), 'x Handlebars': Number((median(list) / base).toFixed(2)),
}));
console.table(rows);

globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
for (let round = 0; round * people < 1_000_000; round += 1) measure(contestants['whole message of ours']);
globalThis.gc?.();
console.log(`heap after 1,000,000 more people: ${((process.memoryUsage().heapUsed - before) / 1e6).toFixed(1)} MB more`);
