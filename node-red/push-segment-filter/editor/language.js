/*
 * The operators as core has them, asked of Node-RED once; a text of the catalogue where it has one, else core's own words. So
 * an operator that is new in core appears here by itself.
 */
let language;

function readLanguage() {
  language ??= $.getJSON('push-segment-filter/language').then(({ operators, parts, events }) => ({
    list: operators,
    operators: Object.fromEntries(operators.map((operator) => [operator.name, operator])),
    parts,
    events,
  }));
  return language;
}

/** The events and lists that the store of the dialog knows; core's events where there is none. */
function readNames(store, { events }) {
  const alone = { events, lists: [] };
  return store === undefined ? Promise.resolve(alone) : $.getJSON(`push-segment-filter/${encodeURIComponent(store)}/names`).then((names) => names, () => alone);
}

function say(node, key, values) {
  return node._('push-segment-filter.' + key, values);
}

/** The text of the catalogue, or `otherwise`. */
function textOr(node, key, otherwise) {
  const text = say(node, key);
  return text.endsWith(key) ? otherwise : text;
}

const word = (name) => name.replace('$', '');
const operatorText = (node, { name, meaning }) => textOr(node, 'operator.' + word(name), meaning);
const partText = (node, name) => textOr(node, 'part.' + name, name);
const choiceText = (node, name) => textOr(node, 'choice.' + name, name);
