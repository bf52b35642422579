/** npm run db:migrate: brings the database up to this version. The server does the same when it starts. */
import { migrate } from '../lib/db/migrate';
import { runScript } from './run-script';

await runScript(async () => {
  const applied = await migrate();
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}.\n` : 'The database is up to date.\n');
});
