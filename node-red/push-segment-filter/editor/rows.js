/* The tree of groups and rules as rows that can be dragged, also from one group to another. */

/** What a row holds is read from the row itself: its `read` gives the part of the tree. */
function readPart(element) {
  return element.data('read')();
}

function button(icon, title, press) {
  return $('<button type="button" class="red-ui-button red-ui-button-small">').attr({ title, 'aria-label': title })
    .append($('<i>').addClass('fa ' + icon)).on('click', press);
}

/**
 * Moves a row by one place up (-1) or down (1): into a group that stands there, and out of its own group at its end.
 * @returns false where there is no such place
 */
function moveRow(row, by) {
  const beside = by < 0 ? row.prev('.push-segment-filter-item') : row.next('.push-segment-filter-item');
  if (beside.length === 0) {
    const group = row.parent().closest('.push-segment-filter-item');
    if (group.parent().closest('.push-segment-filter-item').length === 0) return false;
    by < 0 ? row.insertBefore(group) : row.insertAfter(group);
    return true;
  }
  const inside = beside.children('.push-segment-filter-inside');
  if (inside.length > 0) by < 0 ? row.appendTo(inside) : row.prependTo(inside);
  else by < 0 ? row.insertBefore(beside) : row.insertAfter(beside);
  return true;
}

const orEmpty = (read) => () => read() ?? '';

/** The editor of a condition in `box`. `changed` is called after each change; `read` gives the tree. */
function createRows(node, box, language, changed) {
  const { list, operators } = language;

  function operatorSelect() {
    const select = $('<select class="push-segment-filter-operator">').attr('aria-label', say(node, 'label.operator'));
    const groups = new Map();
    for (const operator of list) {
      if (['logic', 'option'].includes(operator.group)) continue;
      if (!groups.has(operator.group)) {
        groups.set(operator.group, $('<optgroup>').attr('label', textOr(node, 'group.' + operator.group, operator.group)).appendTo(select));
      }
      $('<option>').val(operator.name).text(operatorText(node, operator)).attr('title', operator.name).appendTo(groups.get(operator.group));
    }
    return select;
  }

  /** Dragged by its handle, or moved with the arrow keys while the handle has the focus. */
  function handleOf(row) {
    return $('<button type="button" class="push-segment-filter-handle"><i class="fa fa-bars"></i></button>').attr({ title: say(node, 'move'), 'aria-label': say(node, 'move') })
      .on('keydown', (event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        if (moveRow(row, by)) changed();
        $(event.currentTarget).trigger('focus');
      });
  }

  function frame(kind) {
    const row = $('<div>').addClass(`push-segment-filter-item push-segment-filter-${kind}`);
    const head = $('<div class="push-segment-filter-line">').append(handleOf(row)).appendTo(row);
    $('<div class="push-segment-filter-problem" role="status">').appendTo(row);
    return { row, head };
  }

  function removal(row) {
    return button('fa-times', say(node, 'remove'), () => {
      row.remove();
      changed();
    }).addClass('push-segment-filter-remove');
  }

  function drawRule({ not, field, operator, value, fold }) {
    const { row, head } = frame('rule');
    const turned = $('<select class="push-segment-filter-not">').attr('aria-label', say(node, 'label.not')).append(
      $('<option value="false">').text(say(node, 'is')), $('<option value="true">').text(say(node, 'is-not')),
    ).val(String(not)).appendTo(head);
    const name = $('<input type="text" class="push-segment-filter-field">')
      .attr({ placeholder: say(node, 'placeholder.field'), 'aria-label': say(node, 'label.field') }).val(field ?? '').appendTo(head);
    offerFields(node, name, language);
    const select = operatorSelect().val(operator).appendTo(head);
    const cell = $('<div class="push-segment-filter-value">').appendTo(head);
    const folding = $('<label class="push-segment-filter-fold">').attr('title', say(node, 'fold-tip'))
      .append($('<input type="checkbox">').prop('checked', fold), document.createTextNode(' ' + say(node, 'fold'))).appendTo(head);
    removal(row).appendTo(head);
    let read;
    const draw = (shown) => {
      const { operand, group, folds } = operators[select.val()];
      cell.empty();
      name.toggle(group !== 'person');
      folding.toggle(folds === true);
      row.toggleClass('push-segment-filter-wide', operand === 'fields');
      read = operand === 'fields' ? drawParts(node, cell, select.val(), shown, language)
        : operand === 'list' ? orEmpty(drawName(cell, shown, EXAMPLES.list, () => language.names().then(({ lists }) => lists)))
          : drawValue(node, cell, operand, shown);
    };
    draw(value);
    select.on('change', () => {
      const before = read();
      // What was typed for one operator is kept where the other takes it too.
      draw(isObject(before) || before === '' || (Array.isArray(before) && before.length === 0) ? undefined : before);
    });
    row.data('read', () => ({
      not: turned.val() === 'true',
      ...(operators[select.val()].group !== 'person' && { field: name.val().trim() }),
      operator: select.val(), value: read(), fold: operators[select.val()].folds === true && folding.find('input').prop('checked'),
    }));
    row.data('blank', () => name.is(':visible') && name.val().trim() === '' && read() === '');
    return row;
  }

  function drawJson({ json }) {
    const { row, head } = frame('rule');
    const cell = $('<div class="push-segment-filter-value">').appendTo(head);
    const read = drawValue(node, cell, 'element', json);
    removal(row).appendTo(head);
    return row.data('read', () => ({ json: read() }));
  }

  function drawGroup({ join, parts }, outermost) {
    const { row, head } = frame('group');
    const select = $('<select class="push-segment-filter-join">').attr('aria-label', say(node, 'label.join')).appendTo(head);
    for (const name of JOINS) $('<option>').val(name).text(say(node, 'join.' + word(name))).appendTo(select);
    select.val(join);
    const inside = $('<div class="push-segment-filter-inside">').appendTo(row);
    const add = (part) => {
      const element = draw(part).appendTo(inside);
      element.find('.push-segment-filter-field:visible, select, input').first().trigger('focus');
      changed();
    };
    $('<span class="push-segment-filter-buttons">').append(
      $('<button type="button" class="red-ui-button red-ui-button-small">').append('<i class="fa fa-plus"></i> ', document.createTextNode(say(node, 'add.rule'))).on('click', () => add(blankRule())),
      $('<button type="button" class="red-ui-button red-ui-button-small">').append('<i class="fa fa-plus"></i> ', document.createTextNode(say(node, 'add.group')))
        .on('click', () => add({ join: join === '$or' ? '$and' : '$or', parts: [blankRule()] })),
    ).appendTo(head);
    if (outermost) head.children('.push-segment-filter-handle').remove();
    else removal(row).appendTo(head);
    $('<div class="push-segment-filter-empty">').text(say(node, outermost ? 'everyone' : 'empty-group')).appendTo(row);
    for (const part of parts) draw(part).appendTo(inside);
    inside.sortable({
      items: '> .push-segment-filter-item', handle: '> .push-segment-filter-line > .push-segment-filter-handle', connectWith: '.push-segment-filter-inside',
      placeholder: 'push-segment-filter-gap', tolerance: 'pointer', cancel: 'input, select, textarea', stop: changed,
    });
    return row.data('read', () => ({
      join: select.val(), parts: inside.children('.push-segment-filter-item').map((_index, element) => readPart($(element))).get(),
    }));
  }

  function draw(part, outermost = false) {
    if (part.join !== undefined) return drawGroup(part, outermost);
    return part.operator !== undefined && operators[part.operator] !== undefined ? drawRule(part) : drawJson(part);
  }

  box.on('input change', () => changed());
  return {
    show(tree) {
      box.empty().append(draw(tree, true));
    },
    read: () => readPart(box.children().first()),
    /** Rows with a rule or JSON in the order of `leavesOf`. */
    leaves: () => box.find('.push-segment-filter-rule').map((_index, element) => $(element)).get(),
  };
}

const blankRule = () => ({ not: false, field: '', operator: '$eq', value: '', fold: false });
