// Three sets of rules: TypeScript for all, n8n's own rules for community nodes on the n8n half, and the import rules of
// the house (docs/architecture.md) everywhere.
import js from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

/** As n8n's own command line (@n8n/node-cli) applies them to a package that is not offered for n8n Cloud. */
const n8nCommunity = n8nCommunityNodesPlugin.configs.recommendedWithoutN8nCloudSupport;

const FACES = ['nodes', 'credentials', 'node-red', 'sandbox', 'demo'];
const PURE = ['segment', 'template', 'experiment', 'kpi'];
const IO = ['store', 'delivery', 'tracking', 'picture'];

const zone = (target, from, message) => ({ target, from, message });
const zones = [
  ...FACES.map((face) => zone('./core', `./${face}`, 'core/ knows no host and no face.')),
  zone('./nodes', './node-red', 'A face knows no other face.'),
  zone('./nodes', './sandbox', 'A face imports core/ and its host only.'),
  zone('./node-red', './nodes', 'A face knows no other face.'),
  zone('./node-red', './credentials', 'A face knows no other face.'),
  zone('./node-red', './sandbox', 'A face imports core/ and its host only.'),
  ...['core', 'nodes', 'node-red', 'credentials', 'demo'].map((folder) =>
    zone('./sandbox', `./${folder}`, 'The sandbox speaks the protocols and knows nothing of who speaks to it.')),
  ...[...PURE, ...IO].map((folder) => zone(`./core/${folder}`, './core/campaign', 'core/campaign alone composes; nothing in core/ stands on it.')),
  ...PURE.flatMap((folder) => IO.map((io) => zone(`./core/${folder}`, `./core/${io}`, 'segment, template, experiment and kpi are pure: they stand on the recipient only.'))),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.hosts/', '.demo/', 'node_modules/', 'test/vectors/'] },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-expressions': ['error', { allowTernary: true, allowShortCircuit: true }],
      // A module that is loaded at first use only is required where it is used.
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-unresolved': 'off',
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [{ group: ['n8n-*', 'node-red*', '@node-red/*', 'express'], message: 'core/ knows no host.' }] }],
    },
  },
  {
    files: PURE.map((folder) => `core/${folder}/**/*.ts`),
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:fs*', 'node:http*', 'node:net', 'node:tls', 'node:sqlite', 'node:child_process'], message: 'This part of core/ is pure.' }] }],
      'no-restricted-syntax': ['error',
        { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Chance comes in as an argument.' },
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'The clock comes in as an argument.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The clock comes in as an argument.' },
      ],
    },
  },
  { files: ['{nodes,credentials}/**/*.ts'], extends: [n8nCommunity], plugins: { 'n8n-nodes-base': n8nNodesBase }, rules: { 'no-console': 'error' } },
  {
    files: ['package.json'],
    extends: [n8nCommunity],
    plugins: { 'n8n-nodes-base': n8nNodesBase },
    languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
    rules: {
      ...n8nNodesBase.configs.community.rules,
      // The one rule that this package cannot meet: it has run-time dependencies (docs/n8n.md says which and why).
      '@n8n/community-nodes/no-runtime-dependencies': 'off',
    },
  },
  {
    files: ['credentials/**/*.ts'],
    rules: {
      ...n8nNodesBase.configs.credentials.rules,
      // Off in n8n's own configuration too: newer rules of the community plugin took their place.
      'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
      'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
    },
  },
  {
    files: ['nodes/**/*.ts'],
    rules: {
      ...n8nNodesBase.configs.nodes.rules,
      'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
      'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
      'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', module: 'writable', require: 'readonly', exports: 'writable', URL: 'readonly', Buffer: 'readonly', setTimeout: 'readonly', fetch: 'readonly' } },
  },
  {
    // Pieces of one script, which the build puts together (gulpfile.js).
    files: ['node-red/*/editor/*.js'],
    languageOptions: { sourceType: 'script', globals: { $: 'readonly', RED: 'readonly', document: 'readonly', clearTimeout: 'readonly' } },
    rules: { 'no-undef': 'off', 'no-unused-vars': 'off' },
  },
);
