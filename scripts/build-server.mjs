/** Bundles server.ts twice: dist/server.mjs with the pages, dist/verifier.mjs without them. */
import { build } from 'esbuild';
import { bundleOptions } from './bundle.mjs';

for (const [name, withPages] of [
  ['server', true],
  ['verifier', false],
]) {
  await build({
    ...bundleOptions,
    entryPoints: ['server.ts'],
    outfile: `dist/${name}.mjs`,
    define: { withPages: String(withPages) },
    // Without it the import of the pages would stay, although nothing reaches it.
    minifySyntax: true,
    treeShaking: true,
    sourcemap: true,
  });
}
