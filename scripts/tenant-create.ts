/** npm run tenant:create -- --slug acme --name "Acme" --admin ada@acme.test: a tenant, and a one-time link for its admin. */
import { parseArgs } from 'node:util';
import { migrate } from '../lib/db/migrate';
import { ConfigurationError, env } from '../lib/env';
import { createTenantWithAdmin } from '../lib/tenants/mutations';
import { newTenantSchema } from '../lib/tenants/schema';
import { runScript } from './run-script';

const usage = 'Usage: npm run tenant:create -- --slug acme --name "Acme" --admin ada@acme.test';

await runScript(async () => {
  const parsed = newTenantSchema.safeParse(options());
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigurationError(`${problems.join('\n')}\n${usage}`);
  }
  await migrate();
  const result = await createTenantWithAdmin(parsed.data);
  if (result.status === 'refused') throw new ConfigurationError(result.message);
  process.stdout.write(
    `The tenant ${parsed.data.slug} is made. Give this link to ${parsed.data.admin}: it lets them choose a password,
once, until ${result.expiresAt.toISOString()}.

  ${env().origin}/set-password#${result.token}

API keys are switched off in a new tenant: its admin switches them on in Tenant settings.
`,
  );
});

function options() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { slug: text, name: text, admin: text }, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${usage}`);
  }
}
