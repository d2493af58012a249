import { createGateway } from '../../core';
import { startSandbox } from '../../sandbox';

describe('GOAWAY over TLS and in clear', () => {
  it.each(['tlsUrl', 'gatewayUrl'] as const)('leaves requests unprocessed again and again without harm to the sandbox (%s)', async (endpoint) => {
    const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 } });
    const gateway = createGateway({ type: 'fcm', endpoint: sandbox[endpoint], ca: sandbox.ca, projectId: 'demo', accessToken: 'sandbox' });
    const outcomes: string[] = [];
    for (let round = 0; round < 5; round++) {
      const messages = Array.from({ length: 60 }, (_, index) => ({ id: `${round}-${index}`, token: `${index % 20 === 0 ? 'magic-goaway-once' : 'phone'}:${round}-${index}`, payload: { notification: { title: 'x' } } }));
      for await (const { outcome } of gateway.send(messages, { backoffMs: 20 })) outcomes.push(outcome);
    }
    await gateway.close();
    await sandbox.close();
    expect(outcomes).toEqual(Array(300).fill('accepted'));
  }, 30_000);
});
