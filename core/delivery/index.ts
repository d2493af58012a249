/** Delivery: gateways to FCM and APNs behind one interface, and the table of what their answers mean. */
export type { ApnsPriority, ApnsPushType } from './apns';
export * from './gateway';
export { createGateway } from './create-gateway';
export { useGateways } from './kept-gateways';
export { classify, describeOutcome, OUTCOME_TABLE, type OutcomeRow } from './outcomes';
export type { DeliveryEvent, DeliveryListener } from './listener';
export * from './rate';
export * from './watch';
