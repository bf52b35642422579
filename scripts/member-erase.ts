/** npm run member:erase -- --tenant acme --member ada@acme.test: takes a removed member's name and address out of the data. */
import { parseArgs } from 'node:util';
import { migrate } from '../lib/db/migrate';
import { ConfigurationError } from '../lib/env';
import { eraseMember } from '../lib/erasure/mutations';
import { eraseMemberSchema } from '../lib/erasure/schema';
import { runScript } from './run-script';

const usage = 'Usage: npm run member:erase -- --tenant acme --member <id or e-mail address>';

await runScript(async () => {
  const parsed = eraseMemberSchema.safeParse(options());
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigurationError(`${problems.join('\n')}\n${usage}`);
  }
  await migrate();
  const result = await eraseMember(parsed.data).catch((error: { code?: string }) => {
    if (error.code !== '42501') throw error;
    throw new ConfigurationError(
      'The role in DATABASE_URL may not change the audit log. Run this as the role that owns the tables.',
    );
  });
  if (result.status === 'refused') throw new ConfigurationError(result.message);
  const lines = result.events.toLocaleString('en');
  process.stdout.write(`The member ${result.memberId} is erased; lines of the audit log that named them: ${lines}.\n`);
});

function options() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { tenant: text, member: text }, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${usage}`);
  }
}
