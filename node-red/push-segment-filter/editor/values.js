/*
 * Inputs for what an operator takes, by the kind that core's table gives it. Each is drawn into a cell and gives back a
 * function that reads it: a JSON value, or what was typed where that is none, so that core says what is wrong with it.
 */
const TYPED = {
  value: ['str', 'num', 'bool', 'json'], values: ['words', 'json'], items: ['words', 'json'], bound: ['num', 'str'], flag: ['bool'], type: ['str'],
  element: ['json'], size: ['num', 'json'], text: ['str'], pattern: ['str'], modulus: ['json'], version: ['str'], duration: ['str'],
  moment: ['str', 'num'],
};
const EXAMPLES = {
  values: 'FR, BE', items: 'running, yoga', element: '{ "price": { "$gte": 100 } }', modulus: '[10, 0]', version: '2.10.0', duration: '7d',
  moment: '-30d', pattern: '^75[0-9]{3}$', event: 'opened', list: 'vip customers', condition: '{ "campaign": "spring" }', range: '[0, 0.1]', distance: '25km', day: '+6d',
  timezone: 'Europe/Paris', currency: 'EUR', latitude: '48.8566', longitude: '2.3522', comparison: '2',
};
const TYPES_OF_VALUE = ['string', 'number', 'boolean', 'array', 'object', 'null'];
const COMPARISONS = { $gte: '≥', $gt: '>', $eq: '=', $lte: '≤', $lt: '<' };

const parseJson = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const toNumber = (text) => (String(text).trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
const isWords = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '' && one === one.trim() && !one.includes(','));

function typedInputTypes(node, kind) {
  if (kind === 'type') return [{ value: 'str', label: '', options: TYPES_OF_VALUE.map((name) => ({ value: name, label: say(node, 'type.' + name) })) }];
  const words = { value: 'words', label: say(node, 'words'), icon: 'fa fa-list-ul' };
  return (TYPED[kind] ?? TYPED.value).map((type) => (type === 'words' ? words : type));
}

/** The type of a typed input in which a value shows. */
function typeOfValue(value, offered) {
  const wanted = { string: 'str', number: 'num', boolean: 'bool' }[typeof value] ?? (offered.includes('words') && isWords(value) ? 'words' : 'json');
  return offered.includes(wanted) ? wanted : offered[0];
}

function drawValue(node, cell, kind, value) {
  const offered = TYPED[kind] ?? TYPED.value;
  const input = $('<input type="text" style="width: 100%">').attr('placeholder', EXAMPLES[kind] ?? '').appendTo(cell);
  const type = typeOfValue(value, offered);
  input.typedInput({ default: type, types: typedInputTypes(node, kind) });
  input.typedInput('type', type);
  if (value === undefined) input.typedInput('value', { flag: 'true', type: 'string' }[kind] ?? '');
  else input.typedInput('value', type === 'words' ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value));
  return () => {
    const text = input.typedInput('value');
    switch (input.typedInput('type')) {
      case 'num': return toNumber(text);
      case 'bool': return String(text) === 'true';
      case 'json': return parseJson(text);
      case 'words': return text.split(',').map((one) => one.trim()).filter((one) => one !== '');
      default: return text;
    }
  };
}

/** A line of text; empty is `undefined`. */
function drawText(cell, value, example, read = (text) => text) {
  const shown = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const input = $('<input type="text">').attr('placeholder', example ?? '').val(shown).appendTo(cell);
  return () => (input.val().trim() === '' ? undefined : read(input.val().trim()));
}

/** The names that hold what was typed, those that begin with it first; none where it is the only one. */
function matching(names, typed) {
  const asked = typed.trim().toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(asked));
  const begins = (name) => name.toLowerCase().startsWith(asked);
  return found.length === 1 && found[0] === typed ? [] : [...found.filter(begins), ...found.filter((name) => !begins(name))];
}

/** Where there is no room below the line the widget lays its list over what is written: there the list belongs above. */
function clearLine(input) {
  const list = $('.red-ui-autoComplete-container');
  const { top } = input.offset();
  if (parseFloat(list.css('top')) < top + input.outerHeight()) list.css({ top: 'auto', bottom: window.innerHeight - top });
}

/**
 * Offers names while a line is written; others can be typed.
 * @param ask gives a promise of the names
 * @param label what stands in the list for a name
 */
function offerNames(input, ask, label = (name) => name) {
  input.autoComplete({
    minLength: 0,
    search: (typed, done) => void ask().then((names) => {
      done(matching(names, typed).map((name) => ({ value: name, label: label(name) })));
      clearLine(input);
    }),
  }).on('keydown', ({ key }) => {
    // With these keys the widget writes the first name into the line and tells nobody.
    if (key === 'Enter' || key === 'Tab') input.trigger('change');
  });
}

/** A line of text with names to choose from. */
function drawName(cell, value, example, ask) {
  const read = drawText(cell, value, example);
  offerNames(cell.children('input'), ask);
  return read;
}

function drawChoice(node, cell, value, choices, required) {
  const select = $('<select>').appendTo(cell);
  const offered = value === undefined || choices.includes(value) ? choices : [...choices, value];
  for (const choice of required ? offered : ['', ...offered]) $('<option>').val(choice).text(choice === '' ? '' : choiceText(node, choice)).appendTo(select);
  select.val(value ?? (required ? choices[0] : ''));
  return () => (select.val() === '' ? undefined : select.val());
}

/** How often or how much: a sign and a number; an object that says more is shown as JSON. */
function drawComparison(cell, value) {
  const [[sign, figure] = ['$gte', value]] = isObject(value) ? Object.entries(value) : [['$eq', value]].filter(() => value !== undefined);
  if ((isObject(value) && (Object.keys(value).length !== 1 || COMPARISONS[sign] === undefined)) || (figure !== undefined && typeof figure !== 'number')) {
    return drawText(cell, value, EXAMPLES.comparison, parseJson);
  }
  const select = $('<select class="push-segment-filter-sign">').appendTo(cell);
  for (const [name, text] of Object.entries(COMPARISONS)) $('<option>').val(name).text(text).appendTo(select);
  select.val(sign);
  const input = $('<input type="text" class="push-segment-filter-figure">').attr('placeholder', EXAMPLES.comparison).val(figure ?? '').appendTo(cell);
  return () => {
    if (input.val().trim() === '') return undefined;
    const read = toNumber(input.val());
    return !isObject(value) && select.val() === '$eq' ? read : { [select.val()]: read };
  };
}

function drawPart(node, cell, { takes, choices, required }, value, { names }) {
  switch (takes) {
    case 'choice': return drawChoice(node, cell, value, choices, required);
    case 'event': return drawName(cell, value, EXAMPLES.event, () => names().then(({ events }) => events));
    case 'comparison': return drawComparison(cell, value);
    case 'condition': case 'range': return drawText(cell, value, EXAMPLES[takes], parseJson);
    case 'latitude': case 'longitude': return drawText(cell, value, EXAMPLES[takes], toNumber);
    default: return drawText(cell, value, EXAMPLES[takes]);
  }
}

/** An operator's object: an input for each field that it must have or has, and a list of those to be added. */
function drawParts(node, cell, operator, value, language) {
  const given = isObject(value) ? value : {};
  const parts = language.parts[operator] ?? [];
  const reads = {};
  const box = $('<div class="push-segment-filter-parts">').appendTo(cell);
  const adder = $('<select class="push-segment-filter-adder">').attr('aria-label', say(node, 'add.part'));
  const draw = (part) => {
    const label = $('<label class="push-segment-filter-part">').toggleClass('push-segment-filter-long', part.takes === 'condition').attr('title', part.meaning).append($('<span>').text(partText(node, part.name)));
    adder.parent().length > 0 ? label.insertBefore(adder) : label.appendTo(box);
    reads[part.name] = drawPart(node, label, part, given[part.name], language);
    return label;
  };
  const offer = () => {
    adder.empty().append($('<option value="">').text(say(node, 'add.part')));
    for (const { name } of parts) if (reads[name] === undefined) $('<option>').val(name).text(partText(node, name)).appendTo(adder);
    adder.toggle(adder.children().length > 1);
  };
  for (const part of parts) if (part.required || given[part.name] !== undefined) draw(part);
  adder.appendTo(box);
  offer();
  adder.on('change', (event) => {
    event.stopPropagation();
    const added = parts.find(({ name }) => name === adder.val());
    if (added === undefined) return;
    draw(added).find('input, select').first().trigger('focus');
    offer();
  });
  const unknown = Object.fromEntries(Object.entries(given).filter(([name]) => !parts.some((part) => part.name === name)));
  return () => ({ ...Object.fromEntries(Object.entries(reads).map(([name, read]) => [name, read()]).filter(([, one]) => one !== undefined)), ...unknown });
}
