// Sends 200 messages to the address given, or 200 in each of two runs where gateways are kept, and does nothing to end.
const swc = require('@swc/core');
const { readFileSync } = require('node:fs');

require.extensions['.ts'] = (module, file) => {
  const { code } = swc.transformSync(readFileSync(file, 'utf8'), { filename: file, jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } });
  module._compile(code, file);
};

const { createGateway, useGateways } = require('../../../core/delivery');

const [endpoint, how] = process.argv.slice(2);
const credential = { type: 'fcm', endpoint, projectId: 'demo', accessToken: 'x' };

async function send(gateway) {
  const messages = Array.from({ length: 200 }, (_, n) => ({ id: String(n), token: `t${n}`, payload: {} }));
  let accepted = 0;
  for await (const { outcome } of gateway.send(messages)) if (outcome === 'accepted') accepted++;
  console.log(`${accepted} accepted`);
}

(async () => {
  if (how !== 'kept') return send(createGateway(credential));
  for (let run = 0; run < 2; run++) await useGateways([credential], ({ fcm }) => send(fcm));
})();
