// A campaign in a process of its own, which may be killed at any moment and started again. Built code: see dist/.
const { createBroadcaster, createGateway, openStore, sendCampaign } = require('../../dist/core');

const { store: location, endpoint, people, topics, busy, onUnknown, leaseMs } = JSON.parse(process.argv[2]);

/** The vendor's ten seconds after a 503, shortened. */
const BUSY = { backoffMs: 300 };

function* everybody() {
  for (let index = 0; index < people; index++) yield { id: `p${index}`, token: `${fateOf(index)}:${index}` };
}

/** Where the gateway is busy, it puts off a tenth of the people once, and now and then asks for a rest of a second. */
function fateOf(index) {
  if (busy !== true) return 'phone';
  return index % 1000 === 500 ? 'magic-quota-once' : index % 10 === 3 ? 'magic-unavailable-once' : 'phone';
}

async function main() {
  const store = await openStore(location);
  const fcm = createGateway({ type: 'fcm', endpoint, projectId: 'demo', accessToken: 'sandbox' });
  const options = { campaign: 'killed', store, gateways: { fcm }, onUnknown, leaseMs, delivery: busy ? BUSY : {}, template: { template: { title: 'T', body: 'B' } } };
  if (topics !== undefined) await broadcastAll(options);
  else await sendAll(options);
  await fcm.close();
  await store.close();
}

async function sendAll(options) {
  const { store } = options;
  let items = everybody();
  for (;;) {
    for await (const _ of sendCampaign(items, options));
    const due = await store.nextDue('killed');
    if (due === undefined) break;
    // Whom a dead run held: as soon as its lease is over.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due.getTime() - Date.now())));
    items = [];
  }
}

/** Runs the step again, as the reason of a held message says, until none is held. */
async function broadcastAll(options) {
  const send = createBroadcaster(options);
  for (let topic = 0; topic < topics; topic++) {
    for (;;) {
      const { output, item } = await send({}, { topic: `topic-${topic}` });
      if (output !== 'held') break;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(item.push.until) - Date.now())));
    }
  }
}

main().catch((thrown) => {
  console.error(thrown);
  process.exitCode = 1;
});
