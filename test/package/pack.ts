/** Packs the package as npm would publish it, once for the suite. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

export interface Manifest {
  name: string;
  version: string;
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  n8n: { nodes: string[]; credentials: string[] };
  'node-red': { nodes: Record<string, string> };
}

export const manifest = require('../../package.json') as Manifest;

export function npm(args: string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
}

/** The tarball, and the folder in which it is unpacked. @throws Error where the project is not built */
export function pack(folder: string): { tarball: string; unpacked: string } {
  if (!existsSync(join(ROOT, 'dist', 'core', 'index.js'))) throw new Error('The project is not built: run npm run build first.');
  mkdirSync(folder, { recursive: true });
  npm(['pack', '--pack-destination', folder, '--silent'], ROOT);
  const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  return { tarball, unpacked: join(folder, 'package') };
}

/** Every file below a folder, by its path in it. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile()).sort();
}

export function bytesOf(folder: string): number {
  return filesOf(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
