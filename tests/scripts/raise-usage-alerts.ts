/** raise-usage-alerts: looks for unusual usage once, after a line on standard input. */
import { closeDatabase } from '@/lib/db/connection';
import { disconnectPrisma } from '@/lib/db/prisma';
import { query } from '@/lib/db/sql';
import { raiseUsageAlerts } from '@/lib/usage-alerts/mutations';

// The database is open before it begins.
await query('ready', 'SELECT 1 AS one');
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
await raiseUsageAlerts();
await disconnectPrisma();
await closeDatabase();
process.exit();
