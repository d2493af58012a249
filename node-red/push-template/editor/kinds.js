/* What each kind of message presets; the values are the engine's. */

const KINDS = ['', 'news', 'alert', 'promotion', 'reminder', 'transaction'];
let presets;

/** Says under the choice what it sets, here and in push-send. */
function showKind(node, kind) {
  presets ??= $.getJSON('push-template/kinds');
  presets.then((values) => {
    const preset = values[kind];
    $('#push-template-kind-values').text(preset === undefined ? '' : node._('push-template.kind.values', {
      priority: preset.priority,
      hours: preset.ttlSeconds / 3600,
      interruption: preset.interruptionLevel,
      consent: node._('push-template.kind.consent.' + preset.consent, { category: preset.category }),
      quiet: node._('push-template.kind.quiet.' + preset.quietHours),
    }));
  });
}
