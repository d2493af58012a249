/* How many people the condition finds now, rule by rule, and why one person is in or out; asked of stored people or of some at hand. */
function createPeople(node, editor, storeOfDialog) {
  const source = $('#push-segment-filter-source');
  const result = $('#push-segment-filter-result');
  const press = $('#push-segment-filter-count');
  const number = (count) => count.toLocaleString();
  const share = (count, of) => (of === 0 ? number(count) : `${number(count)} (${((100 * count) / of).toLocaleString(undefined, { maximumFractionDigits: 1 })} %)`);

  function refresh() {
    $('#push-segment-filter-people').toggle(source.val() === 'people');
    RED.tray.resize();
  }

  function valueText(value) {
    if (Array.isArray(value)) return value.map(valueText).join(', ');
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  function ruleText(part) {
    if (part.operator === undefined) return JSON.stringify(part.json);
    const words = part.field === undefined ? [] : [part.field];
    const operator = editor.language.operators[part.operator];
    const parts = isObject(part.value) && operator.operand === 'fields'
      ? Object.entries(part.value).map(([name, value]) => `${partText(node, name)} ${isObject(value) ? Object.entries(value).map(([sign, figure]) => `${COMPARISONS[sign] ?? sign} ${valueText(figure)}`).join(', ') : choiceText(node, valueText(value))}`).join(', ')
      : valueText(part.value);
    return [...(part.not ? [say(node, 'is-not')] : []), ...words, operatorText(node, operator), parts].join(' ');
  }

  /** The line of the answer that belongs to a row. */
  const at = (lines, place) => lines.find((line) => line.place === place || line.place.startsWith(`${place}.`) || line.place.startsWith(`${place}[`));

  function table(leaves, { explanation, trace }) {
    const head = ['rule', 'passed', 'remaining', ...(trace ? ['person'] : [])];
    const rows = leaves.map(({ part, place }) => {
      const counted = at(explanation.rules, place);
      const said = trace && at(trace.lines, place);
      const found = said && (said.answer === 'unknown' ? say(node, 'people.no-value') : said.found);
      return [
        ruleText(part),
        counted ? share(counted.passed, explanation.people) : '',
        counted?.remaining === undefined ? '' : number(counted.remaining),
        ...(said ? [`${said.passed ? '✓' : '✗'} ${found ?? ''}`] : trace ? [''] : []),
      ];
    });
    const cells = (tag, texts) => $('<tr>').append(texts.map((text) => $(`<${tag}>`).text(text)));
    return $('<table>').append($('<thead>').append(cells('th', head.map((key) => say(node, 'people.' + key)))), $('<tbody>').append(rows.map((row) => cells('td', row))));
  }

  function show(leaves, answer) {
    const { explanation: { people, matched, reach, sample }, trace } = answer;
    const { people: reached, ...platforms } = reach;
    result.empty().append(
      $('<p class="push-segment-filter-figure-line">').append($('<strong>').text(number(matched)), document.createTextNode(' ' + say(node, 'people.matched', { people: number(people), share: share(matched, people) }))),
      $('<p>').text(say(node, 'people.reach', { reached: number(reached), platforms: Object.entries(platforms).map(([name, count]) => `${choiceText(node, name)} ${number(count)}`).join(', ') })),
    );
    if (trace) result.append($('<p>').append($('<strong>').text(say(node, trace.matched ? 'people.in' : 'people.out', { id: $('#push-segment-filter-person').val().trim() }))));
    if (leaves.length > 0) result.append(table(leaves, answer));
    if (sample.length > 0) result.append($('<p class="push-segment-filter-sample">').text(say(node, 'people.sample', { ids: sample.join(', ') })));
  }

  function ask() {
    const counted = editor.counted();
    const fail = (text) => result.empty().append($('<p class="push-segment-filter-problem">').text(text));
    if (counted === undefined) return fail(say(node, 'errors.unreadable'));
    const stored = source.val() === 'stored';
    const people = stored ? undefined : parseJson($('#push-segment-filter-people textarea').val());
    if (!stored && !Array.isArray(people)) return fail(say(node, 'errors.people'));
    const person = $('#push-segment-filter-person').val().trim();
    const category = $('#push-segment-filter-category').val().trim();
    press.prop('disabled', true);
    $.ajax({
      url: 'push-segment-filter/explain', method: 'POST', contentType: 'application/json',
      data: JSON.stringify({ condition: counted.condition, store: storeOfDialog(), people, person, category }),
    }).then((answer) => (answer.problem ? fail(problemText(answer.problem)) : show(counted.leaves, answer)), () => fail(say(node, 'errors.unreachable')))
      .always(() => press.prop('disabled', false));
  }

  source.on('change', refresh);
  press.on('click', ask);
  refresh();
}
