/** Makes tenants of the slugs that it is given, with keys switched on. */

import { inTransaction } from '@/lib/db/prisma';
import { createTenant } from '@/lib/tenants/mutations';
import { runScript } from '../../scripts/run-script';

await runScript(async () => {
  for (const slug of process.argv.slice(2)) {
    await inTransaction((tx) => createTenant(tx, { slug, name: `Tenant ${slug}`, apiKeysEnabled: true }));
  }
});
