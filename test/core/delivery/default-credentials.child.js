// Sends 20 messages to the address given with the machine's own Google credentials; tells what became of them.
const swc = require('@swc/core');
const { readFileSync } = require('node:fs');

require.extensions['.ts'] = (module, file) => {
  const { code } = swc.transformSync(readFileSync(file, 'utf8'), { filename: file, jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } });
  module._compile(code, file);
};

const { createGateway } = require('../../../core/delivery');

(async () => {
  const [, , endpoint, projectId] = process.argv;
  const gateway = createGateway({ type: 'fcm', endpoint, applicationDefault: true, ...(projectId !== undefined && { projectId }) });
  const results = [];
  for await (const result of gateway.send(Array.from({ length: 20 }, (_, n) => ({ id: String(n), token: `t${n}`, payload: {} })), { attempts: 1 })) results.push(result);
  const check = await gateway.check();
  await gateway.close();
  console.log(JSON.stringify({ results, check }));
  process.exit(0);
})();
