/* What core says, in the language of the editor; in core's own English where the catalogue has no text for it. */

function coreText(key, fields) {
  const text = RED._(`n8n-nodes-push-campaigns/push-store:push-store.${key}`, fields);
  return text.endsWith(key) ? fields.message : text;
}

function problemText({ code, message, fields }) {
  return coreText(`errors.${code}`, { ...fields, message });
}
