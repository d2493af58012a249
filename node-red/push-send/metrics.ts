/** `GET push-campaigns/metrics` on the editor's side: what this Node-RED sent, for Prometheus. For who may read push-send. */
import type { ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { deliveryCounters, PROMETHEUS_TYPE } from '../../core';

export function offerMetrics(RED: NodeAPI): void {
  RED.httpAdmin.get('/push-campaigns/metrics', RED.auth.needsPermission('push-send.read'), (_request, response) => {
    const out = response as unknown as ServerResponse;
    out.setHeader('content-type', PROMETHEUS_TYPE);
    out.end(deliveryCounters.text());
  });
}
