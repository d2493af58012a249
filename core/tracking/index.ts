export * from './events';
export * from './token';
