import type { NodeAPI } from 'node-red';
import { servePreview } from '../../node-red/push-template/preview';

describe('the preview of push-template', () => {
  it('is served on the side of the editor, to those who may read the node', () => {
    const routes: unknown[][] = [];
    const add = (...route: unknown[]) => routes.push(route);
    const guard = (permission: string) => `may ${permission}`;
    const RED = { httpAdmin: { get: add, post: add }, auth: { needsPermission: guard } } as unknown as NodeAPI;
    servePreview(RED, () => ({ template: {} }));
    expect(routes).toEqual([
      ['/push-template/kinds', 'may push-template.read', expect.any(Function)],
      ['/push-template/preview', 'may push-template.read', expect.any(Function)],
      ['/push-template/stored-preview', 'may push-template.write', expect.any(Function)],
    ]);
  });
});
