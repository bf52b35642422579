/**
 * Bundles server.ts twice: dist/server.mjs with the pages, dist/verifier.mjs without them. Packages stay outside, but
 * `server-only`, which must resolve to nothing here.
 */
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

for (const [name, withPages] of [
  ['server', true],
  ['verifier', false],
]) {
  await build({
    entryPoints: ['server.ts'],
    outfile: `dist/${name}.mjs`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['react-server'],
    define: { withPages: String(withPages) },
    // Without it the import of the pages would stay, although nothing reaches it.
    minifySyntax: true,
    treeShaking: true,
    external: Object.keys(dependencies)
      .filter((name) => name !== 'server-only')
      .flatMap((name) => [name, `${name}/*`]),
    sourcemap: true,
    logLevel: 'warning',
  });
}
