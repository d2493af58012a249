// Sends 200 messages to the address given and does nothing to end.
const swc = require('@swc/core');
const { readFileSync } = require('node:fs');

require.extensions['.ts'] = (module, file) => {
  const { code } = swc.transformSync(readFileSync(file, 'utf8'), { filename: file, jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } });
  module._compile(code, file);
};

const { createGateway } = require('../../../core/delivery');

(async () => {
  const gateway = createGateway({ type: 'fcm', endpoint: process.argv[2], projectId: 'demo', accessToken: 'x' });
  const messages = Array.from({ length: 200 }, (_, n) => ({ id: String(n), token: `t${n}`, payload: {} }));
  let accepted = 0;
  for await (const { outcome } of gateway.send(messages)) if (outcome === 'accepted') accepted++;
  console.log(`${accepted} accepted`);
})();
