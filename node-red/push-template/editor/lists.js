/* The lists of the dialog: rows of short texts, and a block for each language. */

/** A row of texts; `policy` is a choice, beside which a text has a place only where it is put in. */
function addRow(node, list, container, data) {
  container.addClass('push-template-pair');
  for (const name of LISTS[list].names) {
    const placeholder = node._(`push-template.placeholder.${list}-${name}`);
    if (name === 'policy') {
      const select = $('<select>').attr({ 'data-field': name, 'aria-label': placeholder }).appendTo(container);
      for (const policy of POLICIES) $('<option>').val(policy).text(node._('push-template.policy.' + policy)).appendTo(select);
      select.val(data.policy ?? 'fallback').on('change', () => container.find('[data-field="text"]').css('visibility', select.val() === 'fallback' ? '' : 'hidden'));
    } else {
      $('<input type="text">').attr({ 'data-field': name, placeholder, 'aria-label': placeholder }).val(data[name] ?? '').appendTo(container);
    }
  }
  container.find('select').trigger('change');
}

function prepareList(node, name, removed) {
  const { list } = LISTS[name];
  $(list).css('min-height', '60px').editableList({
    sortable: true,
    removable: true,
    addItem: (container, _index, data) => addRow(node, name, container, data),
    removeItem: removed,
  });
  for (const row of node[name] ?? []) $(list).editableList('addItem', { ...row });
}

function prepareLanguages(node) {
  let row = 0;
  $('#push-template-locales').css('min-height', '180px').editableList({
    sortable: true,
    removable: true,
    addItem(container, _index, data) {
      data.row = row++;
      addLanguage(node, container, data);
    },
  });
  for (const locale of node.locales ?? []) $('#push-template-locales').editableList('addItem', { ...locale });
}

/** Fields of a language that take several lines. */
const LINES = ['body', 'data', 'fragments'];

function addLanguage(node, container, data) {
  container.addClass('push-template-language');
  for (const name of LANGUAGE_FIELDS) {
    const row = $('<div>').appendTo(container);
    const id = `push-template-language-${data.row}-${name}`;
    $('<label>').attr('for', id).text(node._('push-template.label.' + name)).appendTo(row);
    const placeholder = { locale: 'other-locale', data: 'data-lines', fragments: 'fragment-lines' }[name];
    $(LINES.includes(name) ? '<textarea rows="2">' : '<input type="text">')
      .attr({ id, 'data-field': name, placeholder: placeholder === undefined ? '' : node._('push-template.placeholder.' + placeholder) })
      .val(data[name] ?? '').appendTo(row);
  }
  container.on('input change', () => {
    for (const field of TEXTS) {
      const input = container.find(`[data-field="${field}"]`);
      const problem = textProblem(node, field, input.val());
      input.toggleClass('input-error', problem !== '').attr('title', problem);
    }
    const others = readLanguages().filter(({ locale }) => locale === container.find('[data-field="locale"]').val().trim());
    container.find('[data-field="locale"]').toggleClass('input-error', others.length !== 1 || others[0].locale === '');
  });
}
