/**
 * The campaign engine as a library: what a program may rely on without any host.
 * Everything exported here is documented and versioned; everything else is not.
 */
export * from './campaign';
export * from './delivery';
export * from './errors';
export * from './experiment';
export * from './json';
export * from './kpi';
export * from './picture';
export * from './recipient';
export * from './segment';
export * from './store';
export * from './template';
export * from './tracking';
