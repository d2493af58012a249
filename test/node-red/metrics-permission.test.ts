import type { NodeAPI } from 'node-red';
import { offerMetrics } from '../../node-red/push-send/metrics';

describe('the counters of push-send', () => {
  it('are served on the side of the editor, to those who may read the node', () => {
    const routes: unknown[][] = [];
    const guard = (permission: string) => `may ${permission}`;
    const RED = { httpAdmin: { get: (...route: unknown[]) => routes.push(route) }, auth: { needsPermission: guard } } as unknown as NodeAPI;
    offerMetrics(RED);
    expect(routes).toEqual([['/push-campaigns/metrics', 'may push-send.read', expect.any(Function)]]);
  });
});
