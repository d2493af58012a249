/** One project a kind of proof; `npm run test:quick` leaves out those that need n8n, a browser or a packed package. */
const common = {
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } }],
  },
  testEnvironment: 'node',
};
const project = (name, extra = {}) => ({
  ...common,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...extra,
});

module.exports = {
  projects: [
    project('core'),
    project('faults'),
    project('sandbox'),
    project('docs'),
    project('browser'),
    project('node-red'),
    project('package'),
    project('n8n'),
  ],
};
