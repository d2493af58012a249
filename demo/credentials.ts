/** Credentials of the demo: everything of this machine, nothing secret. */
import { randomBytes } from 'node:crypto';
import type { Sandbox } from '../sandbox';

export const BUNDLE_ID = 'com.example.shop';

export interface DemoCredentials {
  fcm: { endpoint: string; projectId: string; accessToken: string };
  apns: { endpoint: string; bundleId: string; teamId: string; keyId: string; key: string };
  tracking: { eventsUrl: string; secret: string };
}

export function demoCredentials(sandbox: Sandbox, eventsUrl: string): DemoCredentials {
  return {
    fcm: { endpoint: sandbox.gatewayUrl, projectId: 'demo', accessToken: 'sandbox' },
    apns: { endpoint: sandbox.gatewayUrl, bundleId: BUNDLE_ID, ...sandbox.apnsKey() },
    tracking: { eventsUrl, secret: randomBytes(24).toString('base64url') },
  };
}
