/*
 * Secrets of several lines, which Node-RED itself has no field for. It hands over that there is one and not what it says: such
 * a field is shown empty, and left empty it stays what it was.
 */

/** What a field of the dialog says. */
function said({ credentials }, field, secrets) {
  const value = $('#node-config-input-' + field).val();
  return secrets.includes(field) && credentials?.['has_' + field] && blank(value) ? (credentials[field] ?? '__PWRD__') : value;
}

function showSecrets(node, secrets) {
  for (const secret of secrets) {
    if (node.credentials?.['has_' + secret]) $('#node-config-input-' + secret).val('').removeAttr('data-i18n').attr('placeholder', node._(`${node.type}.unchanged`));
  }
}

function keepSecrets(node, secrets) {
  for (const secret of secrets) $('#node-config-input-' + secret).val(said(node, secret, secrets));
}
