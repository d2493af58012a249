/** What core finds wrong, in the language of the editor; in core's own English where the catalogue has no text for it. */
function coreText({ code, message, fields }) {
  const text = RED._(`n8n-nodes-push-campaigns/push-store:push-store.errors.${code}`, { ...fields, message });
  return text.endsWith(code) ? message : text;
}
