/*
 * One condition under two tabs: rows, and the same as JSON. Text that nobody changed is kept to the letter, so a dialog that
 * was only looked at changes nothing.
 */
function createConditionEditor(node, language, storeOfDialog) {
  const problem = $('#push-segment-filter-whole-problem');
  let text = '';
  let drawn;
  let written;
  let timer;
  let latest = 0;
  const rows = createRows(node, $('#push-segment-filter-rows'), { ...language, names: namesOf(storeOfDialog, language) }, changed);
  const editor = RED.editor.createEditor({ id: 'push-segment-filter-editor', mode: 'ace/mode/json', value: '' });
  editor.getSession().on('change', changed);

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(judge, 250);
  }

  const drawable = (condition) => condition !== undefined && !nestsTooDeep(condition);

  /** Rows that cannot be drawn from what was typed stay as they were: the text counts. */
  function draw() {
    const { condition } = parsed(node, text);
    const tree = text.trim() === '' ? { join: '$and', parts: [blankRule()] } : drawable(condition) ? treeOf(condition, language.operators) : undefined;
    $('#push-segment-filter-rows').toggle(tree !== undefined);
    $('#push-segment-filter-no-rows').toggle(tree === undefined);
    if (tree !== undefined) rows.show(tree);
    drawn = tree === undefined ? undefined : JSON.stringify(rows.read());
    written = undefined;
    changed();
  }

  /** Takes over what was changed in the tab that is open. */
  function take() {
    if (written !== undefined) {
      if (editor.getValue() !== written) text = editor.getValue();
      return;
    }
    const tree = drawn === undefined ? undefined : rows.read();
    if (tree === undefined || JSON.stringify(tree) === drawn) return;
    text = JSON.stringify(conditionOf(tree), null, 2);
    drawn = JSON.stringify(tree);
  }

  function showJson() {
    take();
    written = text;
    editor.setValue(text, -1);
    changed();
  }

  function showRows() {
    if (written === undefined) return;
    take();
    draw();
  }

  function judge() {
    const leaves = written === undefined && drawn !== undefined ? rows.leaves() : [];
    const conditions = leaves.map((row) => conditionOf(readPart(row)));
    const { problem: unread, condition } = written === undefined && drawn !== undefined
      ? { condition: conditionOf(rows.read()) } : parsed(node, written === undefined ? text : editor.getValue());
    const mine = ++latest;
    if (unread !== undefined) return problem.text(unread);
    askProblems([...conditions, condition], storeOfDialog()).then((found) => {
      if (mine !== latest) return;
      const whole = found.pop();
      leaves.forEach((row, index) => {
        // A row that nobody has begun to fill in is not scolded yet.
        row.children('.push-segment-filter-problem').text(row.data('blank')?.() ? '' : found[index]);
      });
      problem.text(found.some((one) => one !== '') ? '' : whole);
    }, () => problem.text(say(node, 'errors.unreachable')));
  }

  return {
    language,
    show(condition) {
      text = condition ?? '';
      const json = written !== undefined;
      draw();
      if (json) showJson();
    },
    text() {
      take();
      return text;
    },
    showJson,
    showRows,
    /** Rows with their places, for counts beside them; the condition is the one that they stand for. */
    counted() {
      take();
      const { condition } = parsed(node, text);
      if (!drawable(condition)) return undefined;
      const tree = treeOf(condition, language.operators);
      return { condition: conditionOf(tree), leaves: [...leavesOf(tree)] };
    },
    resize(height) {
      $('#push-segment-filter-editor').css('height', `${height}px`);
      editor.resize();
    },
    destroy() {
      clearTimeout(timer);
      editor.destroy();
    },
  };
}
