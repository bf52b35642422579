/**
 * Prisma's schema engine as WebAssembly: the same engine that its command line downloads, without the download. It is
 * internal to Prisma, so it is used in this one file, for writing migrations and for the test that they agree with the
 * schema; nothing needs it at run time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { embeddedExtensions } from '../lib/db/embedded';
import { listMigrations } from '../lib/db/migrate';

const schemaPath = path.resolve('prisma/schema.prisma');

/** SQL that brings a database built by the migrations to the schema; empty when they agree. */
export async function diffMigrationsToSchema(): Promise<string> {
  const pglite = await PGlite.create({ extensions: await embeddedExtensions() });
  for (const migration of listMigrations()) await pglite.exec(migration.sql);
  const files = [{ path: schemaPath, content: readFileSync(schemaPath, 'utf8') }];
  const engine = await createEngine(pglite, files);
  try {
    const result = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: path.dirname(schemaPath) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const sql = result.stdout?.trim() ?? '';
    return sql === '-- This is an empty migration.' ? '' : sql;
  } finally {
    engine.free();
    await pglite.close();
  }
}

async function createEngine(pglite: PGlite, files: Array<{ path: string; content: string }>) {
  const packageFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const wasm = readFileSync(path.join(path.dirname(packageFile), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  const datamodels = files.map((file): [string, string] => [file.path, file.content]);
  return bindings.SchemaEngine.new(
    { datamodels },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaPGlite(pglite)),
  );
}
