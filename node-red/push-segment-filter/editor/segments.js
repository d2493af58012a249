/* The node's conditions: one, or many with a name each, of which one is shown at a time. Outputs keep their wires when segments move. */
function createSegments(node, editor) {
  const route = $('#node-input-route');
  const outputMap = $('#node-input-outputs');
  const bar = $('#push-segment-filter-bar');
  const name = $('#push-segment-filter-name');
  const before = Math.max(1, Number(node.outputs || 2) - 1);
  let segments = (node.segments ?? []).map((one, index) => ({ ...one, output: String(index) }));
  let current = 0;
  let added = 0;
  let single = node.condition ?? '';
  const many = () => route.val() !== 'condition';
  let showsMany = many();

  function keep() {
    const text = editor.text();
    if (!showsMany) single = text;
    else if (segments[current] !== undefined) segments[current].condition = text;
  }

  function show() {
    showsMany = many();
    $('#push-segment-filter-segments').toggle(showsMany);
    if (showsMany && segments.length === 0) segments.push({ name: '', condition: single, output: '0' });
    current = Math.min(current, segments.length - 1);
    drawBar();
    editor.show(showsMany ? segments[current].condition : single);
    RED.tray.resize();
  }

  function drawBar() {
    bar.empty();
    segments.forEach((one, index) => {
      $('<button type="button" class="red-ui-button red-ui-button-small push-segment-filter-tab">').toggleClass('selected', index === current)
        .attr('aria-pressed', String(index === current)).text(one.name || say(node, 'unnamed', { number: index + 1 })).on('click', () => select(index)).appendTo(bar);
    });
    $('<button type="button" class="red-ui-button red-ui-button-small">').append('<i class="fa fa-plus"></i> ', document.createTextNode(say(node, 'add.segment')))
      .on('click', () => {
        keep();
        added += 1;
        segments.push({ name: '', condition: '', output: 'new' + added });
        current = segments.length - 1;
        show();
        name.trigger('focus');
      }).appendTo(bar);
    const one = segments[current];
    name.val(one?.name ?? '').toggleClass('input-error', (one?.name ?? '') === '' || segments.some((other, index) => index !== current && other.name === one.name));
    $('#push-segment-filter-earlier').prop('disabled', current === 0);
    $('#push-segment-filter-later').prop('disabled', current >= segments.length - 1);
    $('#push-segment-filter-drop').prop('disabled', segments.length < 2);
  }

  function select(index) {
    keep();
    current = index;
    show();
  }

  function move(by) {
    const to = current + by;
    if (to < 0 || to >= segments.length) return;
    keep();
    [segments[current], segments[to]] = [segments[to], segments[current]];
    current = to;
    drawBar();
  }

  /** Where each output went, as Node-RED takes it; the last one is that of people in no segment. */
  function outputs() {
    const places = showsMany ? segments.map(({ output }) => output) : ['0'];
    const map = Object.fromEntries(Array.from({ length: before }, (_none, index) => [index, '-1']));
    places.forEach((output, index) => (map[output] = index));
    map[before] = places.length;
    const same = places.length === before && places.every((output, index) => Number(output) === index);
    return same ? String(node.outputs || 2) : JSON.stringify(map);
  }

  route.on('change', () => {
    if (many() === showsMany) return;
    keep();
    show();
  });
  name.on('input', () => {
    segments[current].name = name.val().trim();
    bar.children().eq(current).text(segments[current].name || say(node, 'unnamed', { number: current + 1 }));
  });
  name.on('change', drawBar);
  $('#push-segment-filter-earlier').on('click', () => move(-1));
  $('#push-segment-filter-later').on('click', () => move(1));
  $('#push-segment-filter-drop').on('click', () => {
    segments.splice(current, 1);
    show();
  });
  show();

  return {
    save() {
      keep();
      $('#node-input-condition').val(single);
      node.segments = segments.map(({ name: named, condition }) => ({ name: named, condition }));
      outputMap.val(outputs());
      node.outputs = showsMany ? segments.length + 1 : 2;
    },
  };
}
