/** Turns n8n credentials into gateways and tracking, and tests them. */
import type { ICredentialDataDecryptedObject, ICredentialsDecrypted, IExecuteFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import {
  asPushError, checkStore, createGateway, parseTracking, useGateways, watchDelivery,
  type DeliveryListener, type Gateway, type GatewayOptions, type GatewayType, type Tracking,
} from '../../core';
import { withoutBlanks } from './configuration';
import { storeLocation } from './store';

export type GatewayCredential = 'fcmApi' | 'apnsApi';

/** The options of a gateway out of a credential: only the fields of the chosen way of signing in. */
export function gatewayOptions(credential: GatewayCredential, data: ICredentialDataDecryptedObject): GatewayOptions {
  const { authentication, environment, bundleId, teamId, keyId, privateKey, nextKeyId, nextPrivateKey, certificate, certificateKey, ...rest } = data;
  const { endpoint, ca, proxy, serviceAccount, projectId, accessToken } = rest;
  if (credential === 'fcmApi') {
    const signIn = authentication === 'applicationDefault' ? { applicationDefault: true, projectId }
      : authentication === 'accessToken' ? { projectId, accessToken }
      : { serviceAccount };
    return { type: 'fcm', ...withoutBlanks({ endpoint, ca, proxy, ...signIn }) } as GatewayOptions;
  }
  const signIn = authentication === 'certificate' ? { certificate, certificateKey } : { teamId, keyId, key: privateKey, nextKeyId, nextKey: nextPrivateKey };
  return { type: 'apns', ...withoutBlanks({ endpoint, ca, proxy, environment, bundleId, ...signIn }) } as GatewayOptions;
}

/** The gateways for which the node has a credential; they outlive the execution. */
export async function withGateways<T>(
  context: IExecuteFunctions, use: (gateways: Partial<Record<GatewayType, Gateway>>) => Promise<T>,
): Promise<T> {
  const chosen = (['fcmApi', 'apnsApi'] as const).filter((credential) => context.getNode().credentials?.[credential]);
  const options = await Promise.all(chosen.map(async (credential) => gatewayOptions(credential, await context.getCredentials(credential))));
  return useGateways(options, use, logOf(context.logger));
}

/** n8n's own log, at the level that N8N_LOG_LEVEL sets. By itself, since a kept gateway must not hold on to an execution. */
function logOf(logger: IExecuteFunctions['logger']): DeliveryListener {
  return watchDelivery((level, line, fields) => logger[level](line, fields));
}

/** The tracking of the node's credential; undefined where it has none. */
export async function trackingOf(context: Pick<IExecuteFunctions, 'getNode' | 'getCredentials'>): Promise<Tracking | undefined> {
  if (!context.getNode().credentials?.['pushTrackingApi']) return undefined;
  return parseTracking(await context.getCredentials('pushTrackingApi'));
}

/** The connection tests, by the name that a node's credentials say in `testedBy`. The answers are in words. */
export const credentialTests = {
  fcmCheck: ({ data }: ICredentialsDecrypted) => checkGateway('fcmApi', data),
  apnsCheck: ({ data }: ICredentialsDecrypted) => checkGateway('apnsApi', data),
  storeCheck: ({ data }: ICredentialsDecrypted) => checkStoreOf(data),
  trackingCheck: ({ data = {} }: ICredentialsDecrypted) =>
    answer(async () => ({ ok: true, message: `Phones will send their events to ${parseTracking(data).eventsUrl}` })),
};

/** The connection test of the store; makes what is not there yet. */
function checkStoreOf(data: ICredentialDataDecryptedObject = {}): Promise<INodeCredentialTestResult> {
  return answer(() => checkStore(storeLocation(data)));
}

/** Asks the gateway without reaching any phone. */
function checkGateway(credential: GatewayCredential, data: ICredentialDataDecryptedObject = {}): Promise<INodeCredentialTestResult> {
  return answer(async () => {
    const gateway = createGateway(gatewayOptions(credential, data));
    try {
      return await gateway.check();
    } finally {
      await gateway.close();
    }
  });
}

async function answer(check: () => Promise<{ ok: boolean; message: string }>): Promise<INodeCredentialTestResult> {
  try {
    const { ok, message } = await check();
    return { status: ok ? 'OK' : 'Error', message };
  } catch (thrown) {
    return { status: 'Error', message: asPushError(thrown).words };
  }
}
