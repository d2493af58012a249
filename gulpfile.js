/** Builds dist/: TypeScript by tsc, and beside it what tsc does not carry (icons, codex, Node-RED pages and locales, the sandbox page). */
const { spawn } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { dest, parallel, series, src } = require('gulp');
const { globSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { Transform } = require('node:stream');
const { makeBarrelsLazy } = require('./scripts/lazy-barrels');

const clean = () => rm('dist', { recursive: true, force: true });

const compile = () =>
  spawn(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json'], { stdio: 'inherit' });

// gulp's working folder is the one of this file.
const lazy = Object.assign(async () => makeBarrelsLazy(globSync('core/**/index.ts'), process.cwd(), resolve('dist')), { displayName: 'lazy barrels' });

const copy = (name, patterns) =>
  Object.assign(() => src(patterns, { base: '.', encoding: false, allowEmpty: true }).pipe(dest('dist')), { displayName: name });

/** Node-RED loads one page a node: a line `// include editor/rows.js` of its script stands for that file. */
const included = () => new Transform({
  objectMode: true,
  transform(page, _encoding, done) {
    page.contents = Buffer.from(page.contents.toString().replace(/^\/\/ include (\S+)$/gm, (_line, name) => readFileSync(join(page.dirname, name), 'utf8')));
    done(null, page);
  },
});
const pages = () => src('node-red/**/*.html', { base: '.' }).pipe(included()).pipe(dest('dist'));

const assets = copy('assets', [
  '{nodes,credentials}/**/*.{svg,png}',
  'nodes/**/*.node.json',
  'nodes/**/__schema__/**/*.json',
  'node-red/**/*.{json,svg}',
  'sandbox/**/*.{html,css,svg,png}',
  'sandbox/page/**/*.js',
  'icons/*.svg',
  'core/picture/fonts/*.{br,md,txt}',
]);

/** Of a package.json inside ours only what it is and how its files are read: its entry points mean nothing there. */
const nameplate = () => new Transform({
  objectMode: true,
  transform(file, _encoding, done) {
    if (file.basename === 'package.json') {
      const { name, version, license, homepage, type } = JSON.parse(file.contents.toString());
      file.contents = Buffer.from(`${JSON.stringify({ name, version, license, homepage, type }, null, 2)}\n`);
    }
    done(null, file);
  },
});
/** Libraries that travel inside the package (core/picture/shipped.ts): what runs, and their licences. */
const libraries = () => src([
  'bidi-js/{package.json,LICENSE.txt,dist/bidi.js}',
  'harfbuzzjs/{package.json,LICENSE,dist/index.mjs,dist/harfbuzz.js,dist/harfbuzz.wasm}',
  '@resvg/resvg-wasm/{package.json,README.md,index.js,index_bg.wasm}',
], { cwd: 'node_modules', base: 'node_modules', encoding: false }).pipe(nameplate()).pipe(dest('dist/core/picture/shipped'));

/** The licences that the libraries' own packages leave out: of HarfBuzz itself, and the text that MPL-2.0 asks for. */
const licences = () => src('core/picture/licences/**/*', { base: 'core/picture/licences' }).pipe(dest('dist/core/picture/shipped'));
const shipped = parallel(libraries, licences);

exports.assets = parallel(assets, pages, shipped);
exports.build = series(clean, parallel(series(compile, lazy), assets, pages, shipped));
