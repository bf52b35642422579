/** send-notices: sends the notices that are due, after a line on standard input. The mail server is that of SMTP_URL. */
import { closeDatabase } from '@/lib/db/connection';
import { sendExpiryNotices, sendLeakNotices } from '@/lib/notifications/delivery';
import { readClock } from '@/lib/notifications/mutations';

// The database is open before it begins.
await readClock();
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
await sendLeakNotices();
await sendExpiryNotices();
await closeDatabase();
process.exit();
