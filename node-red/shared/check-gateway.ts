/** The connection test of the two credential nodes. */
import { createGateway, type CredentialCheck, type GatewayOptions } from '../../core';

/** Asks the gateway without reaching any phone. */
export async function checkGateway(options: GatewayOptions): Promise<CredentialCheck> {
  const gateway = createGateway(options);
  try {
    return await gateway.check();
  } finally {
    await gateway.close();
  }
}
