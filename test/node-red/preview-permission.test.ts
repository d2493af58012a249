import type { NodeAPI } from 'node-red';
import { servePreview } from '../../node-red/push-template/preview';

describe('the preview of push-template', () => {
  it('is served on the side of the editor, to those who may read the node', () => {
    const routes: unknown[][] = [];
    const guard = (permission: string) => `may ${permission}`;
    const RED = { httpAdmin: { post: (...route: unknown[]) => routes.push(route) }, auth: { needsPermission: guard } } as unknown as NodeAPI;
    servePreview(RED, () => ({ template: {} }));
    expect(routes).toEqual([['/push-template/preview', 'may push-template.read', expect.any(Function)]]);
  });
});
