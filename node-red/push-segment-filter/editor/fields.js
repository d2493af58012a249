/* Names of fields to choose from, each with where it is known from: every person, the store, or a rule of these flows. */
function fieldsOfFlows(operators) {
  const texts = [];
  RED.nodes.eachNode(({ type, condition, segments }) => {
    if (type.startsWith('push-')) texts.push(condition, ...(segments ?? []).map((one) => one.condition));
  });
  return texts.map(parseJson).filter((condition) => isObject(condition) && !nestsTooDeep(condition))
    .flatMap((condition) => [...leavesOf(treeOf(condition, operators))].flatMap(({ part: { field } }) => (field ? [field] : [])));
}

function offerFields(node, input, { fields, operators, names }) {
  let known = new Map();
  // Read once: nobody changes other nodes while a dialog is open.
  let inFlows;
  const ask = () => names().then(({ fields: stored }) => {
    inFlows ??= fieldsOfFlows(operators);
    const sources = { flow: inFlows, store: stored, person: fields };
    known = new Map(Object.entries(sources).flatMap(([source, found]) => found.map((name) => [name, source])));
    return [...known.keys()].sort();
  });
  // As Node-RED itself shows where an environment variable comes from.
  offerNames(input, ask, (name) => $('<div style="display: flex">').append(
    $('<div class="red-ui-autoComplete-completion">').append($('<bdi>').text(name)),
    $('<div class="red-ui-autoComplete-env-label">').text(say(node, 'known-from.' + known.get(name))),
  ));
}
