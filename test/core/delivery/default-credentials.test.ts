/** The machine's own Google credentials, as they are found on Google Cloud and elsewhere, without any key file of ours. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CredentialCheck, GatewayResult } from '../../../core/delivery/gateway';
import { FakeVendor, fcmOk } from './fake-vendor';
import { countBy } from './support';

const run = promisify(execFile);

describe('the machine\'s own Google credentials', () => {
  let vendor: FakeVendor;
  let google: http.Server;
  let origin: string;
  let folder: string;
  let asked: { path: string; form: URLSearchParams; headers: http.IncomingHttpHeaders }[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'push-adc-'));
    asked = [];
    vendor = await FakeVendor.listen(({ headers }) => (headers.authorization === 'Bearer from-google' ? fcmOk : { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } }));
    google = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { pathname } = new URL(request.url ?? '/', 'http://google');
        asked.push({ path: pathname, form: new URLSearchParams(body), headers: request.headers });
        const answers: Record<string, unknown> = {
          '/v1/token': { access_token: 'from-google', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: 3600 },
          '/computeMetadata/v1/instance/service-accounts/default/token': { access_token: 'from-google', expires_in: 3600, token_type: 'Bearer' },
          '/computeMetadata/v1/project/project-id': 'shop-on-cloud',
          '/computeMetadata/v1/instance': {},
        };
        const answer = answers[pathname.replace(/\/$/, '')];
        response.writeHead(answer === undefined ? 404 : 200, { 'metadata-flavor': 'Google', 'content-type': typeof answer === 'string' ? 'text/plain' : 'application/json' });
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
      });
    });
    await new Promise<void>((resolve) => google.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(google.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await vendor.close();
    google.closeAllConnections();
    await new Promise((resolve) => google.close(resolve));
    rmSync(folder, { recursive: true });
  });

  /** In a process of its own: the SDK keeps what it found for the life of a process. */
  const send = async (environment: Record<string, string>, ...projectId: string[]) => {
    const { PATH = '' } = process.env;
    const { stdout } = await run(process.execPath, [join(__dirname, 'default-credentials.child.js'), vendor.origin, ...projectId], { env: { PATH, HOME: folder, ...environment } });
    return JSON.parse(stdout) as { results: GatewayResult[]; check: CredentialCheck };
  };

  it('workload identity: a token of another provider is exchanged at Google, once for all messages', async () => {
    writeFileSync(join(folder, 'subject'), 'a token of the other provider');
    writeFileSync(join(folder, 'identity.json'), JSON.stringify({
      type: 'external_account', audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', token_url: `${origin}/v1/token`, credential_source: { file: join(folder, 'subject') },
    }));
    const { results } = await send({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'identity.json'), GOOGLE_CLOUD_PROJECT: 'shop-1' });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 20 });
    expect(asked.filter(({ path }) => path === '/v1/token')).toHaveLength(1);
    expect(asked[0]?.form.get('subject_token')).toBe('a token of the other provider');
    expect(vendor.seen[0]?.path).toBe('/v1/projects/shop-1/messages:send');
  }, 20_000);

  it('says that Google could not be asked, and not that there are no credentials, where the exchange is out of reach', async () => {
    writeFileSync(join(folder, 'subject'), 'a token');
    writeFileSync(join(folder, 'identity.json'), JSON.stringify({
      type: 'external_account', audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', token_url: 'http://127.0.0.1:9/v1/token', credential_source: { file: join(folder, 'subject') },
    }));
    const { results, check } = await send({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'identity.json'), GOOGLE_CLOUD_PROJECT: 'shop-1' });
    expect(results[0]).toMatchObject({ outcome: 'unavailable', code: 'access-token-unavailable' });
    expect(check).toMatchObject({ ok: false, message: expect.stringContaining('ECONNREFUSED') });
  }, 20_000);

  it('a machine of Google Cloud: its metadata server gives token and project', async () => {
    const { results } = await send({ GCE_METADATA_HOST: origin.replace('http://', ''), METADATA_SERVER_DETECTION: 'assume-present' });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 20 });
    expect(vendor.seen[0]?.path).toBe('/v1/projects/shop-on-cloud/messages:send');
  }, 20_000);

  it('where there are none, each message and the connection test say so', async () => {
    const { results, check } = await send({ METADATA_SERVER_DETECTION: 'none' }, 'shop-1');
    expect(results.every(({ outcome, code, attempts }) => outcome === 'bad-credentials' && code === 'application-default-missing' && attempts === 0)).toBe(true);
    expect(check).toMatchObject({ ok: false, message: expect.stringContaining('no Google credentials of its own') });
  }, 20_000);
});
