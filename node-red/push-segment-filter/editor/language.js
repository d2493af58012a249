/*
 * The operators as core has them, asked of Node-RED once; a text of the catalogue where it has one, else core's own words. So
 * an operator that is new in core appears here by itself.
 */
let language;

function readLanguage() {
  language ??= $.getJSON('push-segment-filter/language').then(({ operators, parts, events, fields }) => ({
    list: operators,
    operators: Object.fromEntries(operators.map((operator) => [operator.name, operator])),
    parts,
    events,
    fields,
  }));
  return language;
}

/** Gives the events, lists and fields that the store of the dialog knows; core's events where there is none. Asked once a store. */
function namesOf(storeOfDialog, { events }) {
  const alone = { events, lists: [], fields: [] };
  const asked = new Map([[undefined, Promise.resolve(alone)]]);
  return () => {
    const store = storeOfDialog();
    if (!asked.has(store)) asked.set(store, $.getJSON(`push-segment-filter/${encodeURIComponent(store)}/names`).then((names) => names, () => alone));
    return asked.get(store);
  };
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
