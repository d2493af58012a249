/** Builds dist/: TypeScript by tsc, and beside it what tsc does not carry (icons, codex, Node-RED pages and locales, the sandbox page). */
const { spawn } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { dest, parallel, series, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

const compile = () =>
  spawn(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json'], { stdio: 'inherit' });

const copy = (name, patterns) =>
  Object.assign(() => src(patterns, { base: '.', encoding: false, allowEmpty: true }).pipe(dest('dist')), { displayName: name });

const assets = copy('assets', [
  '{nodes,credentials}/**/*.{svg,png}',
  'nodes/**/*.node.json',
  'nodes/**/__schema__/**/*.json',
  'node-red/**/*.{html,json,svg}',
  'sandbox/**/*.{html,css,svg,png}',
  'sandbox/page/**/*.js',
  'icons/*.svg',
  'core/picture/fonts/*.{br,md,txt}',
]);

exports.assets = assets;
exports.build = series(clean, parallel(compile, assets));
