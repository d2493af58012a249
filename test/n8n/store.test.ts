import { homedir } from 'node:os';
import { join } from 'node:path';
import { storeFile } from '../../nodes/shared/store';

describe('the file of the store', () => {
  it("lies beside n8n's own data", () => {
    expect(storeFile('', {})).toBe(join(homedir(), '.n8n', 'push-campaigns.sqlite'));
    expect(storeFile('', { N8N_USER_FOLDER: '/data/n8n' })).toBe(join('/data/n8n', '.n8n', 'push-campaigns.sqlite'));
  });

  it('is what PUSH_CAMPAIGNS_STORE says, where that is set', () => {
    expect(storeFile('', { N8N_USER_FOLDER: '/data/n8n', PUSH_CAMPAIGNS_STORE: ' /data/push.sqlite ' })).toBe('/data/push.sqlite');
    expect(storeFile('', { PUSH_CAMPAIGNS_STORE: '' })).toBe(join(homedir(), '.n8n', 'push-campaigns.sqlite'));
  });

  it('is what the node itself names, a relative path beginning in the folder of n8n', () => {
    expect(storeFile(' /data/own.sqlite ', { PUSH_CAMPAIGNS_STORE: '/data/push.sqlite' })).toBe('/data/own.sqlite');
    expect(storeFile('own.sqlite', { N8N_USER_FOLDER: '/data/n8n' })).toBe(join('/data/n8n', '.n8n', 'own.sqlite'));
    expect(storeFile(undefined, { N8N_USER_FOLDER: '/data/n8n', PUSH_CAMPAIGNS_STORE: 'push.sqlite' })).toBe(join('/data/n8n', '.n8n', 'push.sqlite'));
  });
});
