// Side by side in one process: a template of two fields and one helper, over 200,000 people, in plain compiled Handlebars,
// mustache and liquidjs, as text of ours, and as the whole message with both payloads and their bytes; then the same with
// the copy check, and how much memory a million people leave behind. Usage, after `npm run build`:
//   node scripts/with-node.mjs node --expose-gc bench/template/run.mjs [people]
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const Handlebars = require('handlebars');
const { Liquid } = require('liquidjs');
const Mustache = require('mustache');
const { compileTemplate, CopyReport } = require('../../dist/core/template/index.js');
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
const liquid = new Liquid();
const liquidTemplate = liquid.parse("Hi {{ firstName | default: 'friend' }}, your {{ items }} items are waiting!");
// It has no helpers: a section stands for the stand-in.
const mustacheText = 'Hi {{#firstName}}{{{firstName}}}{{/firstName}}{{^firstName}}friend{{/firstName}}, your {{{items}}} items are waiting!';
Mustache.parse(mustacheText);

const run = {
  view: undefined, field: '', locale: 'en', timezone: 'UTC', now: undefined, missing: { policy: 'refuse', byPath: new Map() },
  formats: new FormatCache(), turnsLeft: 1e9, standIns: [], fragments: new Map(),
};
const ours = compileText(TEXT, 'body', 'body');
const whole = compileTemplate({ defaultLocale: 'en', title: 'Your basket', body: TEXT, link: 'https://shop.example/basket' });
let report = new CopyReport();
const contestants = {
  'Handlebars, compiled': plain.compile(TEXT, { noEscape: true }),
  mustache: (view) => Mustache.render(mustacheText, view),
  liquidjs: (view) => liquid.renderSync(liquidTemplate, view),
  'text of ours': (view) => {
    run.view = view;
    run.standIns = [];
    return ours.write(run);
  },
  'whole message of ours': whole,
  'whole message, copy checked': (view) => {
    const { message, fallbacks } = whole(view);
    report.add(message, fallbacks, view.id);
    return message;
  },
};

const texts = [contestants['Handlebars, compiled'], contestants.mustache, contestants.liquidjs, contestants['text of ours']].map((write) => views.map(write).join('\n'));
if (new Set(texts).size > 1) throw new Error('the contestants do not write the same');

/** Nanoseconds of this thread's CPU a person: what else the machine does is not counted. */
function measure(write) {
  const start = process.threadCpuUsage();
  let kept = 0;
  for (let n = 0; n < people; n += 1) kept += write(views[n % views.length]) === undefined ? 1 : 0;
  if (kept > 0) throw new Error('nothing was written');
  const { user, system } = process.threadCpuUsage(start);
  return ((user + system) * 1000) / people;
}

for (const write of Object.values(contestants)) measure(write);
const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, write] of Object.entries(contestants)) times[name].push(measure(write));
}
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const base = median(times['Handlebars, compiled']);
const rows = Object.entries(times).map(([name, list]) => ({
  name, 'CPU ns a person': Math.round(median(list)), 'x Handlebars': Number((median(list) / base).toFixed(2)),
}));
console.table(rows);

report = new CopyReport();
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
for (let done = 0; done < 1_000_000; done += people) measure(contestants['whole message, copy checked']);
globalThis.gc?.();
console.log(`heap after 1,000,000 more people: ${((process.memoryUsage().heapUsed - before) / 1e6).toFixed(1)} MB more`);
