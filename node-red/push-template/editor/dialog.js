/* The dialog as the node keeps it, and back. What the dialog has no field for stays as it is. */

const TEXTS = ['title', 'subtitle', 'body', 'image', 'link'];
/** Under `options`, with the names of the engine's own template. */
const OPTIONS = [
  'analyticsLabel', 'badge', 'voip', 'category', 'channel', 'collapseId', 'contentAvailable', 'interruptionLevel', 'liveActivity', 'mutableContent',
  'priority', 'relevanceScore', 'silent', 'sound', 'thread', 'ttlSeconds', 'webIcon', 'web',
];
const NUMBERS = ['ttlSeconds', 'relevanceScore'];
const SWITCHES = ['voip', 'contentAvailable', 'silent', 'web'];
/** Fields of the node that came later than the node: absent in flows from before, and not written there by looking. */
const LATER = { kind: '', copyCheck: 'warn', copySample: '', fallbackShare: '', reserveBytes: '' };
const LISTS = {
  data: { list: '#push-template-data', names: ['key', 'value'] },
  defaults: { list: '#push-template-defaults', names: ['field', 'policy', 'text'] },
  buttons: { list: '#push-template-buttons', names: ['id', 'title', 'link'] },
  fragments: { list: '#push-template-fragments', names: ['name', 'text'] },
};
/** What a row says without saying it. */
const ROW_DEFAULTS = { policy: 'fallback' };
const LANGUAGE_FIELDS = ['locale', 'title', 'body', 'link', 'image', 'data', 'subtitle', 'fragments'];

const optionInput = (name) => $('#push-template-option-' + name);
const isSet = (value) => value !== '' && value !== undefined && value !== null;

/** The rows of a list, each with what it held beside its fields. */
function readRows(list, names) {
  return $(list).editableList('items').map(function () {
    const { row: _row, ...kept } = $(this).data('data') ?? {};
    const fields = names.map((name) => [name, $(this).find(`[data-field="${name}"]`).val()]);
    // What was never there is not written by looking at it.
    return { ...kept, ...Object.fromEntries(fields.filter(([name, value]) => name in kept || (isSet(value) && value !== ROW_DEFAULTS[name]))) };
  }).get();
}

const readLanguages = () => readRows('#push-template-locales', LANGUAGE_FIELDS).map((row) => ({ ...row, locale: (row.locale ?? '').trim() }));

/** Rows of one of the {@link LISTS} that hold something. */
function readList(name) {
  const { list, names: [key, ...others] } = LISTS[name];
  return readRows(list, [key, ...others]).map((row) => ({ ...row, [key]: (row[key] ?? '').trim() }))
    .filter((row) => row[key] !== '' || others.some((other) => other !== 'policy' && isSet(row[other])));
}

function fillOptions(options = {}) {
  for (const name of OPTIONS) {
    const value = options[name];
    if (SWITCHES.includes(name)) optionInput(name).prop('checked', value === true);
    else if (name === 'mutableContent') optionInput(name).val(value === undefined ? '' : String(value));
    else optionInput(name).val(typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : (value ?? ''));
  }
}

/** Only what was set, so that flows stay short; and what somebody set by hand. */
function readOptions(node) {
  const before = node.options ?? {};
  const options = Object.fromEntries(Object.entries(before).filter(([name]) => !OPTIONS.includes(name)));
  for (const name of OPTIONS) {
    const value = readOption(name, before[name]);
    if (value !== undefined) options[name] = value;
  }
  return options;
}

function readOption(name, before) {
  if (SWITCHES.includes(name)) return optionInput(name).prop('checked') ? true : before === false ? false : undefined;
  const text = String(optionInput(name).val() ?? '').trim();
  if (text === '') return undefined;
  if (name === 'mutableContent') return text === 'true';
  if (NUMBERS.includes(name)) return Number(text);
  // What was not touched keeps its form: a number stays a number, an object an object.
  const said = typeof before === 'object' && before !== null ? JSON.stringify(before, null, 2) : String(before ?? '');
  return said === text ? before : text;
}

function fillLater(node) {
  for (const [name, otherwise] of Object.entries(LATER)) $('#push-template-field-' + name).val(node[name] ?? otherwise);
}

function readLater(node) {
  const values = Object.entries(LATER).map(([name, otherwise]) => [name, String($('#push-template-field-' + name).val() ?? '').trim(), otherwise]);
  return Object.fromEntries(values.filter(([name, value, otherwise]) => node[name] !== undefined || value !== otherwise)
    .map(([name, value]) => [name, String(node[name]) === value ? node[name] : value]));
}

/** What the fields with names of Node-RED's own do not bring along by themselves. */
function readOwn(node) {
  const lists = Object.keys(LISTS).map((name) => [name, readList(name)]).filter(([name, rows]) => node[name] !== undefined || rows.length > 0);
  return { locales: readLanguages(), ...Object.fromEntries(lists), ...readLater(node), options: readOptions(node) };
}

/** The dialog as it would be saved. */
function readDialog(node) {
  const simple = Object.keys(node._def.defaults).filter((name) => $('#node-input-' + name).length > 0);
  return { ...Object.fromEntries(simple.map((name) => [name, $('#node-input-' + name).val()])), ...readOwn(node) };
}

/** Title, languages and options as the open dialog has them, else as the node does. */
function shownTexts(node) {
  if (!node.dialog) return { title: node.title, locales: node.locales, options: node.options };
  return { title: $('#node-input-title').val(), locales: readLanguages(), options: readOptions(node) };
}

/** The element after which a problem with that field is told; empty where the dialog has none. */
function placeOf(field) {
  const [, locale, text] = /^locales\.([^.]+)\.(\w+)/.exec(field) ?? [];
  if (locale === undefined) {
    const [name] = String(field).split(/[.[]/);
    if (LISTS[name] !== undefined) return $(LISTS[name].list).closest('.form-row');
    return $(`[id="node-input-${name}"], [id="push-template-option-${name}"], [id="push-template-field-${name}"]`).closest('.form-row');
  }
  return $('#push-template-locales').editableList('items')
    .filter(function () {
      return $(this).find('[data-field="locale"]').val().trim() === locale;
    })
    .find(`[data-field="${text}"]`).parent();
}
