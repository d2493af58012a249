/**
 * @parse/node-apn sends to the sandbox; with a bundle id it makes a channel, sends an update to it, lists the channels and
 * deletes it. Prints how each ended.
 */
import apn from '@parse/node-apn';

const { url, ca, key, tokens, bundleId } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const provider = new apn.Provider({
  token: key, address: hostname, port: Number(port), manageChannelsAddress: hostname, manageChannelsPort: Number(port), ca, production: true,
});
if (bundleId !== undefined) {
  const live = new apn.Notification({ pushType: 'liveactivity', expiry: 0, priority: 10 });
  live.aps = { timestamp: 1, event: 'update', 'content-state': { score: '1-0' } };
  const made = await provider.manageChannels(new apn.Notification({ payload: { 'push-type': 'LiveActivity', 'message-storage-policy': 0 } }), bundleId, 'create');
  live.channelId = made.sent[0]['apns-channel-id'];
  const update = await provider.broadcast(live, bundleId);
  const all = await provider.manageChannels(new apn.Notification({}), bundleId, 'readAll');
  const gone = await provider.manageChannels(new apn.Notification({ channelId: live.channelId }), bundleId, 'delete');
  console.log(JSON.stringify({
    id: live.channelId, listed: all.sent[0].channels, sent: [made, update, gone].map(({ sent }) => sent.length), failed: [made, update, all, gone].flatMap(({ failed }) => failed),
  }));
  process.exit(0);
}
const notification = new apn.Notification({ alert: { title: 'Hello', body: 'World' }, topic: 'com.example.shop', pushType: 'alert', collapseId: 'a' });
const { sent, failed } = await provider.send(notification, tokens);
console.log(JSON.stringify({
  sent: sent.map(({ device }) => device),
  failed: failed.map(({ device, status, response, error }) => ({ device, status, reason: response?.reason ?? error?.message })),
}));
process.exit(0);
