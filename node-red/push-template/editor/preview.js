/* The live preview of the dialog. */

/** Made-up people of the live preview, with the fields of the example campaign. */
const SAMPLES = {
  english: { id: 'p1', firstName: 'Anna', lastName: 'Smith', locale: 'en-GB', timezone: 'Europe/London', country: 'GB', city: 'London', plan: 'plus', orders: 3, favourite: 'running', lastOrderAt: '2026-10-06T18:00:00Z' },
  french: { id: 'p2', firstName: 'Chloé', lastName: 'Lefèvre', locale: 'fr-FR', timezone: 'Europe/Paris', country: 'FR', city: 'Lyon', plan: 'free', orders: 1, favourite: 'course', lastOrderAt: '2026-09-21T10:00:00Z' },
  arabic: { id: 'p3', firstName: 'ليلى', lastName: 'حداد', locale: 'ar-EG', timezone: 'Africa/Cairo', country: 'EG', city: 'القاهرة', plan: 'plus', orders: 7, favourite: 'الجري', lastOrderAt: '2026-10-30T08:00:00Z' },
};
const SURFACES = ['ios-lock-screen', 'android-collapsed', 'android-expanded'];
const TYPING_MS = 250;
/** What was chosen last in the preview; it belongs to who edits, not to the flow. */
const previewChoice = { sample: 'english', theme: 'light', person: '', store: '', id: '', seed: 1 };
const STORED = ['named', 'random'];

/** What is wrong, in the language of the editor, with what only the server knows. */
function placedProblem(node, problem) {
  const { message, fields } = problem;
  const text = problemText(problem);
  const place = [
    fields.path,
    fields.line === undefined ? undefined : node._('push-template.preview.line', { line: fields.line, column: fields.column }),
  ].filter((part) => part !== undefined);
  return text + (place.length > 0 && text !== message ? ` (${place.join(', ')})` : '');
}

/** The live preview: asks the server a moment after the last change, and shows the pictures or what is wrong. */
function preparePreview(node) {
  let timer;
  let asked = '';
  let request;

  function ownPerson() {
    try {
      const person = JSON.parse($('#push-template-preview-person').typedInput('value'));
      return typeof person === 'object' && person !== null && !Array.isArray(person) ? person : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whose message is asked for, as the server takes it; undefined where that is not said yet. */
  function askedPerson() {
    const { sample, store, id, seed } = previewChoice;
    if (!STORED.includes(sample)) {
      const person = sample === 'own' ? ownPerson() : SAMPLES[sample];
      return person === undefined ? undefined : { person };
    }
    if (!store || (sample === 'named' && id === '')) return undefined;
    return sample === 'named' ? { store, id } : { store, seed };
  }

  function tell(text, field) {
    $('#dialog-form .push-template-place').remove();
    const place = text === '' || field === undefined ? $() : placeOf(field);
    place.after($('<div class="push-template-place push-template-problem">').text(text));
    // The place may be on another tab.
    $('#push-template-preview-problem').text(place.is(':visible') ? '' : text);
    $('#push-template-preview-pictures').toggleClass('push-template-stale', text !== '');
  }

  function caption(surface, shown) {
    const hidden = ['title', 'subtitle', 'body'].filter((field) => shown[field]?.hidden > 0)
      .map((field) => `${node._('push-template.label.' + field)} ${shown[field].hidden}`);
    const ofButtons = (shown.buttons ?? []).reduce((sum, button) => sum + button.hidden, 0);
    if (ofButtons > 0) hidden.push(`${node._('push-template.option.buttons')} ${ofButtons}`);
    const name = node._('push-template.preview.' + surface);
    return hidden.length === 0 ? name : `${name} · ${node._('push-template.preview.hidden', { fields: hidden.join(', ') })}`;
  }

  function show({ pictures, preview }) {
    const surfaces = SURFACES.filter((surface) => pictures[surface] !== undefined);
    $('#push-template-preview-pictures').empty().append(surfaces.map((surface) => $('<figure>').append(
      // As an image: whatever a text holds, nothing in it runs.
      $('<img>').attr({ src: 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(pictures[surface]), alt: [...preview[surface].title.lines, ...preview[surface].body.lines].join(' '), 'data-surface': surface }),
      $('<figcaption>').text(caption(surface, preview[surface])),
    )));
    if (surfaces.length === 0) $('#push-template-preview-pictures').text(node._('push-template.preview.nothing'));
  }

  function ask() {
    const { sample, theme } = previewChoice;
    const whose = askedPerson();
    if (whose === undefined) {
      asked = '';
      tell(node._(`push-template.preview.${STORED.includes(sample) ? 'no-stored' : 'no-person'}`));
      return;
    }
    const data = JSON.stringify({ definition: readDialog(node), ...whose, theme, app: node._('push-template.preview.app'), time: node._('push-template.preview.now') });
    if (data === asked) return;
    asked = data;
    request?.abort();
    request = $.ajax({ url: `push-template/${STORED.includes(sample) ? 'stored-preview' : 'preview'}`, method: 'POST', contentType: 'application/json', data });
    request.done((answer) => {
      if (answer.problem === undefined) show(answer);
      $('#push-template-preview-who').text(sample === 'random' ? String(answer.person ?? '') : '');
      tell(answer.problem === undefined ? '' : placedProblem(node, answer.problem), answer.problem?.fields.field);
    }).fail((_response, status) => {
      if (status !== 'abort') tell(node._('push-template.preview.unavailable'));
    });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // The dialog may be gone by now.
      if (node.dialog) ask();
    }, TYPING_MS);
  }

  function choose() {
    const before = previewChoice.sample;
    previewChoice.sample = $('#push-template-preview-sample').val();
    previewChoice.theme = $('#push-template-preview-theme').val();
    const isOwn = previewChoice.sample === 'own';
    if (isOwn && before !== 'own' && previewChoice.person === '') {
      $('#push-template-preview-person').typedInput('value', JSON.stringify(SAMPLES[before]));
    }
    $('#push-template-preview-person-row').toggle(isOwn);
    previewChoice.store = $('#push-template-preview-store').val() ?? '';
    previewChoice.id = $('#push-template-preview-id').val().trim();
    $('#push-template-preview-stored-row').toggle(STORED.includes(previewChoice.sample));
    $('#push-template-preview-id').toggle(previewChoice.sample === 'named');
    $('#push-template-preview-another, #push-template-preview-who').toggle(previewChoice.sample === 'random');
    if (isOwn) previewChoice.person = $('#push-template-preview-person').typedInput('value');
    later();
  }

  $('#push-template-preview-person').val(previewChoice.person).typedInput({ default: 'json', types: ['json'] });
  $('#push-template-preview-sample').val(previewChoice.sample);
  $('#push-template-preview-theme').val(previewChoice.theme);
  RED.nodes.eachConfig((config) => {
    if (config.type === 'push-store') $('<option>').val(config.id).text(RED.utils.getNodeLabel(config, config.id)).appendTo('#push-template-preview-store');
  });
  if (previewChoice.store) $('#push-template-preview-store').val(previewChoice.store);
  $('#push-template-preview-id').val(previewChoice.id).on('input', choose);
  $('#push-template-preview-store').on('change', choose);
  $('#push-template-preview-another').on('click', () => {
    previewChoice.seed += 1;
    later();
  });
  $('#push-template-preview-person').on('change', choose);
  $('#push-template-preview-sample, #push-template-preview-theme').on('change', choose);
  // A click removes or moves a row of a list.
  $('#dialog-form').on('input change click', later);
  choose();
}
