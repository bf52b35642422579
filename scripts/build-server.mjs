/** Bundles server.ts into dist/server.mjs. Packages stay outside, but `server-only`, which must resolve to nothing here. */
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

await build({
  entryPoints: ['server.ts'],
  outfile: 'dist/server.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['react-server'],
  external: Object.keys(dependencies)
    .filter((name) => name !== 'server-only')
    .flatMap((name) => [name, `${name}/*`]),
  sourcemap: true,
  logLevel: 'warning',
});
