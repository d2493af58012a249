/** @parse/node-apn sends to the sandbox. Prints how each push ended. */
import apn from '@parse/node-apn';

const { url, ca, key, tokens } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const provider = new apn.Provider({ token: key, address: hostname, port: Number(port), ca, production: true });
const notification = new apn.Notification({ alert: { title: 'Hello', body: 'World' }, topic: 'com.example.shop', pushType: 'alert', collapseId: 'a' });
const { sent, failed } = await provider.send(notification, tokens);
console.log(JSON.stringify({
  sent: sent.map(({ device }) => device),
  failed: failed.map(({ device, status, response, error }) => ({ device, status, reason: response?.reason ?? error?.message })),
}));
process.exit(0);
