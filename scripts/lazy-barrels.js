/**
 * A barrel (an index that only hands on what its neighbours export) of the built core loads each neighbour when something
 * of it is first used. A host that lists the nodes then reads the texts of their parameters and not the whole engine.
 */
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const ts = require('typescript');

const HEAD = `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const handOn = (load, names) => {
  for (const name of names) {
    Object.defineProperty(exports, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = load()[name];
        Object.defineProperty(exports, name, { enumerable: true, value });
        return value;
      },
    });
  }
};
`;

/** The neighbours that a source file hands on; undefined where it does anything else. */
function neighbours(file) {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const isHandingOn = (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
  return statements.every(isHandingOn) ? statements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ moduleSpecifier }) => moduleSpecifier.text) : undefined;
}

/**
 * @param folder the compiled barrel's, such as `dist/core/kpi`
 * @param parts the neighbours' paths as the barrel names them
 */
function lazyBarrel(folder, parts) {
  const names = new Set(Object.keys(require(join(folder, 'index.js'))));
  const lines = [];
  const all = [...names];
  for (const part of parts) {
    const own = Object.keys(require(join(folder, part))).filter((name) => names.delete(name));
    if (own.length > 0) lines.push(`handOn(() => require(${JSON.stringify(part)}), ${JSON.stringify(own)});`);
  }
  if (names.size > 0) throw new Error(`${folder}: nothing exports ${[...names].join(', ')}`);
  // Never runs: it tells Node the names, for programs that import them.
  return `${HEAD}${lines.join('\n')}\n0 && (module.exports = { ${all.join(', ')} });\n`;
}

/** @param barrels source files, such as `core/kpi/index.ts`, that were compiled into `built` */
exports.makeBarrelsLazy = (barrels, root, built) => {
  const rewritten = barrels.flatMap((barrel) => {
    const parts = neighbours(join(root, barrel));
    return parts === undefined ? [] : [[join(built, barrel, '..'), parts]];
  }).map(([folder, parts]) => [join(folder, 'index.js'), lazyBarrel(folder, parts)]);
  for (const [file, text] of rewritten) writeFileSync(file, text);
};
