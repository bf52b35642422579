/** How our programs are bundled. Packages stay outside, but `server-only`, which must resolve to nothing here. */
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** @type {import('esbuild').BuildOptions} */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['react-server'],
  external: Object.keys(dependencies)
    .filter((name) => name !== 'server-only')
    .flatMap((name) => [name, `${name}/*`]),
  logLevel: 'warning',
};
