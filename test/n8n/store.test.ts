import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultStoreFile } from '../../nodes/shared/store';

describe('the file of the store', () => {
  it("lies beside n8n's own data", () => {
    expect(defaultStoreFile({})).toBe(join(homedir(), '.n8n', 'push-campaigns.sqlite'));
    expect(defaultStoreFile({ N8N_USER_FOLDER: '/data/n8n' })).toBe(join('/data/n8n', '.n8n', 'push-campaigns.sqlite'));
  });

  it('is what PUSH_CAMPAIGNS_STORE says, where that is set', () => {
    expect(defaultStoreFile({ N8N_USER_FOLDER: '/data/n8n', PUSH_CAMPAIGNS_STORE: ' /data/push.sqlite ' })).toBe('/data/push.sqlite');
    expect(defaultStoreFile({ PUSH_CAMPAIGNS_STORE: '' })).toBe(join(homedir(), '.n8n', 'push-campaigns.sqlite'));
  });
});
