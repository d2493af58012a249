/* What is wrong with a template as far as the editor can tell; the preview asks the engine, which knows all of it. */

/** A longer title or body is cut by most screens; characters as people see them. */
const LONGEST = { title: 50, body: 150 };
const MOST_TTL_SECONDS = 2419200;
const LONGEST_COLLAPSE_ID = 64;
const MOST_BUTTONS = 3;
const MOST_RESERVED_BYTES = 4095;
const POLICIES = ['refuse', 'empty', 'fail', 'fallback'];
const RESERVED_KEYS = ['from', 'message_type', 'aps', 'deliveryToken', 'eventsUrl', 'link', 'image', 'category', 'buttons', 'badgeIncrease', '__proto__'];

const filled = (value) => typeof value === 'string' && value.trim() !== '';
const isTemplate = (text) => String(text).includes('{{');

/** True where every {{ has its }}; the run time reads the template in full and names line and column. */
function isClosed(text) {
  return (String(text ?? '').match(/\{\{/g) ?? []).length === (String(text ?? '').match(/\}\}/g) ?? []).length;
}

function lengthOf(text) {
  return typeof Intl.Segmenter === 'function' ? [...new Intl.Segmenter().segment(text)].length : [...text].length;
}

const isAddress = (text) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text.trim()) && !/^(javascript|data|file|intent):/i.test(text.trim());

function textProblem(node, field, text) {
  const values = { field: node._('push-template.label.' + field) };
  if (!filled(text)) return '';
  if (!isClosed(text)) return node._('push-template.errors.braces', values);
  if (isTemplate(text)) return '';
  if (field === 'image' && !/^https:\/\/\S+$/i.test(text.trim())) return node._('push-template.errors.image', values);
  return field === 'link' && !isAddress(text) ? node._('push-template.errors.link', values) : '';
}

function languageProblems(node, locales) {
  const seen = new Set();
  return locales.flatMap((row, index) => {
    const locale = (row.locale ?? '').trim();
    const problems = [];
    if (!/^[a-z]{2,8}([-_][a-z0-9]{1,8})*$/i.test(locale)) problems.push(node._('push-template.errors.locale', { place: index + 1 }));
    else if (seen.has(locale.toLowerCase())) problems.push(node._('push-template.errors.locale-twice', { locale }));
    seen.add(locale.toLowerCase());
    for (const field of TEXTS) {
      const problem = textProblem(node, field, row[field]);
      if (problem !== '') problems.push(`${locale || index + 1}: ${problem}`);
    }
    for (const field of ['data', 'fragments']) {
      if (!isClosed(row[field])) problems.push(node._('push-template.errors.braces', { field: `${locale || index + 1}: ${node._('push-template.label.' + field)}` }));
    }
    return problems;
  });
}

/** Rows of which each needs a name of its own. */
function namedProblems(node, rows, key, say) {
  const names = rows.map((row) => (row[key] ?? '').trim());
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) < index);
  return [...(names.includes('') ? [node._('push-template.errors.' + say)] : []), ...(twice === undefined ? [] : [node._('push-template.errors.twice', { name: twice })])];
}

function dataProblems(node, data) {
  const rows = data.filter(({ key, value }) => filled(key) || filled(value));
  return [...namedProblems(node, rows, 'key', 'data-key'), ...rows.flatMap(({ key, value }) => {
    const problems = [];
    if (RESERVED_KEYS.includes(key) || /^(google|gcm)/i.test(key)) problems.push(node._('push-template.errors.data-reserved', { key }));
    if (!isClosed(value)) problems.push(node._('push-template.errors.braces', { field: key }));
    return problems;
  })];
}

function buttonProblems(node, buttons) {
  const problems = namedProblems(node, buttons, 'id', 'button-id');
  if (buttons.length > MOST_BUTTONS) problems.push(node._('push-template.errors.buttons', { most: MOST_BUTTONS }));
  for (const { title, link } of buttons) {
    if (!filled(title)) problems.push(node._('push-template.errors.button-title'));
    if (filled(link) && !isTemplate(link) && !isAddress(link)) problems.push(node._('push-template.errors.link', { field: node._('push-template.option.buttons') }));
    if (!isClosed(title) || !isClosed(link)) problems.push(node._('push-template.errors.braces', { field: node._('push-template.option.buttons') }));
  }
  return problems;
}

function fragmentProblems(node, fragments) {
  return [...namedProblems(node, fragments, 'name', 'fragment-name'),
    ...fragments.filter(({ text }) => !isClosed(text)).map(({ name }) => node._('push-template.errors.braces', { field: name }))];
}

function missingProblems(node, rows) {
  return [...namedProblems(node, rows, 'field', 'default-field'), ...(rows.every(({ policy }) => POLICIES.includes(policy ?? 'fallback')) ? [] : [node._('push-template.errors.policy')])];
}

const isPercent = (value) => value === '' || (Number(value) >= 0 && Number(value) <= 100);
const isWhole = (value, most) => value === '' || (Number.isInteger(Number(value)) && Number(value) >= 0 && Number(value) <= most);

function optionProblems(node, options) {
  const problems = [];
  const { ttlSeconds = '', relevanceScore = '', badge = '', collapseId = '', analyticsLabel = '', webIcon = '', liveActivity = '' } = options;
  if (!isWhole(ttlSeconds, MOST_TTL_SECONDS)) problems.push(node._('push-template.errors.ttlSeconds', { most: MOST_TTL_SECONDS }));
  if (relevanceScore !== '' && !(Number(relevanceScore) >= 0 && Number(relevanceScore) <= 1)) problems.push(node._('push-template.errors.relevanceScore'));
  if (badge !== '' && !isTemplate(badge) && !/^\+?\d+$/.test(badge)) problems.push(node._('push-template.errors.badge'));
  if (!isTemplate(collapseId) && collapseId.length > LONGEST_COLLAPSE_ID) problems.push(node._('push-template.errors.collapseId', { most: LONGEST_COLLAPSE_ID }));
  if (analyticsLabel !== '' && !isTemplate(analyticsLabel) && !/^[a-zA-Z0-9\-_.~%]{1,50}$/.test(analyticsLabel)) {
    problems.push(node._('push-template.errors.analyticsLabel'));
  }
  if (filled(webIcon) && !isTemplate(webIcon) && !/^https:\/\/\S+$/i.test(webIcon.trim())) problems.push(node._('push-template.errors.image', { field: node._('push-template.option.webIcon') }));
  if (typeof liveActivity === 'string' && liveActivity !== '' && !isJsonObject(liveActivity)) problems.push(node._('push-template.errors.liveActivity'));
  for (const name of OPTIONS.filter((name) => name !== 'liveActivity')) {
    if (!isClosed(options[name])) problems.push(node._('push-template.errors.braces', { field: node._('push-template.option.' + name) }));
  }
  return problems;
}

function isJsonObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A message shows a title or a body in some language, or is of a kind that need not. */
function showsSomething({ title, body, locales, options }) {
  const { silent, voip, liveActivity } = options ?? {};
  return filled(title) || filled(body) || (locales ?? []).some((row) => filled(row.title) || filled(row.body))
    || silent === true || voip === true || filled(liveActivity) || typeof liveActivity === 'object';
}
