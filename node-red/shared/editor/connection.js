/* The dialog of a connection: rows that belong to one way of signing in, and a button that tries what the dialog says. */

/** Shows the rows whose `data-when` names what is chosen. @param chooser name of the property that says it */
function showRowsOf(type, chooser) {
  const choose = $('#node-config-input-' + chooser);
  const show = () => $(`.${type}-row[data-when]`).each((_index, row) => void $(row).toggle($(row).data('when').split(' ').includes(choose.val())));
  choose.on('change', show);
  show();
}

/**
 * @param fields gives what the dialog says
 * @param texts where the answers stand in the catalogue of push-store
 */
function offerCheck(node, fields, texts = 'check') {
  const { type, id } = node;
  $(`#${type}-check`).on('click', () => {
    const answer = $(`#${type}-answer`).show().text(node._(type + '.checking'));
    $.ajax({ url: `${type}/${id}/check`, method: 'POST', contentType: 'application/json', data: JSON.stringify(fields()) })
      .done(({ ok, message, problem }) => {
        const said = problem === undefined ? coreText(`${texts}.${ok ? 'works' : 'failed'}`, { message }) : problemText(problem);
        answer.text(`${ok ? '✓' : '✗'} ${said}`);
      })
      .fail(() => answer.text(node._(type + '.unreachable')));
  });
}
