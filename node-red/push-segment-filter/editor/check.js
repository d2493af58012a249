/* What core says of conditions: asked of Node-RED, kept by text, so that a node can be judged at once the next time. */
const judged = new Map();
const ENTRIES = 500;

function parsed(node, text) {
  if (typeof text !== 'string' || text.trim() === '') return { problem: say(node, 'errors.none') };
  try {
    const condition = JSON.parse(text);
    return isObject(condition) ? { condition } : { problem: say(node, 'errors.object') };
  } catch (error) {
    return { problem: say(node, 'errors.json', { error: error.message }) };
  }
}

function wordsOf(problem) {
  const text = problemText(problem);
  const { place } = problem.fields;
  return place && !text.includes(place) ? `${text} (${place})` : text;
}

/** What is wrong with each condition, in words; empty where nothing is. */
function askProblems(conditions, store) {
  return $.ajax({ url: 'push-segment-filter/check', method: 'POST', contentType: 'application/json', data: JSON.stringify({ conditions, store }) })
    .then(({ problems, problem }) => (problems ?? conditions.map(() => problem)).map((one) => (one === null ? '' : wordsOf(one))));
}

/** What is wrong with a condition as text; what core has to say comes later, and then the node is judged anew. */
function problemOf(node, text) {
  const { problem, condition } = parsed(node, text);
  if (problem !== undefined) return problem;
  if (!judged.has(text)) {
    if (judged.size > ENTRIES) judged.clear();
    judged.set(text, '');
    askProblems([condition]).then(([found]) => {
      if (found === '') return;
      judged.set(text, found);
      RED.nodes.filterNodes({ type: 'push-segment-filter' }).forEach((one) => {
        RED.editor.validateNode(one);
        one.dirty = true;
      });
      RED.view.redraw();
    }, () => judged.delete(text));
  }
  return judged.get(text);
}

function segmentProblems(node, segments) {
  if (!Array.isArray(segments) || segments.length === 0) return [say(node, 'errors.no-segment')];
  return segments.flatMap(({ name, condition }, index) => {
    const problem = problemOf(node, condition);
    return [
      ...(String(name ?? '').trim() === '' ? [say(node, 'errors.no-name', { number: index + 1 })] : []),
      ...(segments.findIndex((one) => one.name === name) < index ? [say(node, 'errors.name-twice', { name })] : []),
      ...(problem === '' ? [] : [say(node, 'errors.segment', { name: name || index + 1, problem })]),
    ];
  });
}
