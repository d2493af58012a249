export { checkStore } from './check';
export { openStore, type StoreLocation } from './open';
export type { PostgresLocation } from './postgres/database';
export * from './store';
