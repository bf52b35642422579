/** Migrates the configured database. */
import { closeDatabase } from '@/lib/db/connection';
import { migrate } from '@/lib/db/migrate';

await migrate();
await closeDatabase();
