import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { demoProviderId, readIdentityProviders } from './auth/identity-providers';

/** Versioned keys of one purpose: the first is for writing, all are for reading. */
export type Keyring = { current: { version: number; key: Buffer }; byVersion: ReadonlyMap<number, Buffer> };

export type Env = ReturnType<typeof parseEnv>;

const generatedSecrets = ['NEXTAUTH_SECRET', 'LATCHKEY_PEPPERS', 'LATCHKEY_AUDIT_KEY', 'LATCHKEY_VAULT_KEYS'] as const;

const keyring = z.string().transform((text, context): Keyring => {
  const byVersion = new Map<number, Buffer>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,9}):([A-Za-z0-9+/]+={0,2})$/.exec(part.trim());
    const version = Number(match?.[1]);
    const key = Buffer.from(match?.[2] ?? '', 'base64');
    if (!match || version < 1 || key.length < 32 || byVersion.has(version)) {
      context.addIssue({ code: 'custom', message: 'must be like 2:base64,1:base64, each key of at least 32 bytes' });
      return z.NEVER;
    }
    byVersion.set(version, key);
  }
  const [version, key] = byVersion.entries().next().value as [number, Buffer];
  return { current: { version, key }, byVersion };
});

/** AES-256 takes keys of exactly that length. */
const vaultKeyring = keyring.refine(({ byVersion }) => [...byVersion.values()].every((key) => key.length === 32), {
  error: 'must be like 2:base64,1:base64, each key of exactly 32 bytes',
});

/** `host:port` pairs, as `URL` writes a host: lower case, IPv6 in brackets. */
const gatewayAllow = z.string().transform((text, context): ReadonlySet<string> => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  if (!entries.every((entry) => /^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/.test(entry))) {
    context.addIssue({ code: 'custom', message: 'must be like 127.0.0.1:4010,llm.internal:443' });
    return z.NEVER;
  }
  return new Set(entries);
});

const port = z.coerce.number().int().min(1).max(65535);
/** An empty variable means the same as an unset one. */
const optional = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type);

const schema = z.object({
  DATABASE_URL: optional(z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional()),
  LATCHKEY_DATA_DIR: optional(z.string().default('.latchkey')),
  HOST: optional(z.string().default('127.0.0.1')),
  PORT: optional(port.default(3000)),
  LATCHKEY_URL: optional(z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional()),
  LATCHKEY_TRUSTED_HOPS: optional(z.coerce.number().int().min(0).max(16).default(0)),
  LATCHKEY_IDP_PORT: optional(port.optional()),
  LATCHKEY_DEMO_LLM_PORT: optional(port.optional()),
  LATCHKEY_DEMO_WORKFLOW_PORT: optional(port.optional()),
  LATCHKEY_DEMO_PUBLIC: optional(z.enum(['0', '1']).default('0')),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional()),
  VERIFIER_PROCESSES: optional(z.coerce.number().int().min(1).max(64).default(1)),
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' }).optional()),
  MAIL_FROM: optional(z.string().optional()),
  LOG_LEVEL: optional(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info')),
  NODE_ENV: optional(z.string().default('production')),
  NEXTAUTH_SECRET: z.string().min(32, 'must have at least 32 characters'),
  LATCHKEY_PEPPERS: keyring,
  LATCHKEY_AUDIT_KEY: keyring,
  LATCHKEY_VAULT_KEYS: vaultKeyring,
  LATCHKEY_GATEWAY_ALLOW: z.preprocess((value) => value ?? '', gatewayAllow),
});

function parseEnv(variables: Record<string, string | undefined>) {
  const parsed = schema.safeParse(variables);
  const { providers: identityProviders, problems } = readIdentityProviders(variables);
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join('.');
    problems.push(variables[name] ? `${name} ${issue.message}` : `${name} is missing`);
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigurationError(`${problems.join('; ')}. See .env.example.`);
  }
  const value = parsed.data;
  if (!value.SMTP_URL !== !value.MAIL_FROM) {
    throw new ConfigurationError('SMTP_URL and MAIL_FROM belong together: set both, or neither. See .env.example.');
  }
  const url = new URL(value.LATCHKEY_URL ?? `http://localhost:${value.PORT}`);
  if (url.pathname !== '/' || url.search || url.hash || url.username) {
    throw new ConfigurationError('LATCHKEY_URL must be an origin, without a path. See .env.example.');
  }
  return {
    databaseUrl: value.DATABASE_URL,
    dataDirectory: path.resolve(/* turbopackIgnore: true */ value.LATCHKEY_DATA_DIR),
    host: value.HOST,
    port: value.PORT,
    /** The origin that browsers see, e.g. `http://localhost:3000`. */
    origin: url.origin,
    trustedHops: value.LATCHKEY_TRUSTED_HOPS,
    demoMayBePublic: value.LATCHKEY_DEMO_PUBLIC === '1',
    /** Undefined: each process counts rate limits alone. */
    redisUrl: value.REDIS_URL,
    verifierProcesses: value.VERIFIER_PROCESSES,
    /** Null: no mail is sent. */
    mail: value.SMTP_URL && value.MAIL_FROM ? { smtpUrl: value.SMTP_URL, from: value.MAIL_FROM } : null,
    logLevel: value.LOG_LEVEL,
    development: value.NODE_ENV === 'development',
    sessionSecret: value.NEXTAUTH_SECRET,
    peppers: value.LATCHKEY_PEPPERS,
    auditKeys: value.LATCHKEY_AUDIT_KEY,
    vaultKeys: value.LATCHKEY_VAULT_KEYS,
    /** `host:port` of upstreams that the gateway may reach although they are private or speak http. */
    gatewayAllow: value.LATCHKEY_GATEWAY_ALLOW,
    identityProviders,
    /** Who vouches for the demo's people: the process that the quickstart starts beside the server. */
    demoIssuer:
      identityProviders.find(({ id }) => id === demoProviderId)?.issuer ??
      `http://127.0.0.1:${value.LATCHKEY_IDP_PORT ?? value.PORT + 1}`,
    /** What the demo's connections lead to: the process that the quickstart starts beside the server. */
    demoUpstreams: {
      llm: `http://127.0.0.1:${value.LATCHKEY_DEMO_LLM_PORT ?? value.PORT + 2}/v1`,
      workflow: `http://127.0.0.1:${value.LATCHKEY_DEMO_WORKFLOW_PORT ?? value.PORT + 3}/run`,
    },
  };
}

/** A setting is missing or malformed. The message is a sentence for the operator. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/**
 * With the embedded database, the secrets that are not set are generated once into the data folder (mode 0600). With
 * PostgreSQL they must be set: several processes have to agree, and a backup of the database must not contain them.
 */
function withGeneratedSecrets(variables: Record<string, string | undefined>) {
  if (variables.DATABASE_URL) return variables;
  // The data folder is outside of what a build may trace and carry along.
  const directory = path.resolve(/* turbopackIgnore: true */ variables.LATCHKEY_DATA_DIR || '.latchkey');
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const missing = generatedSecrets.filter((name) => !set[name]);
  if (missing.length === 0) return set;
  return { ...storedSecrets(directory), ...set };
}

/** What `secrets.json` holds, after generating what it lacks. */
function storedSecrets(directory: string): Record<string, string> {
  const file = path.join(directory, 'secrets.json');
  const read = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const stored = existsSync(file) ? read() : null;
  const lacking = generatedSecrets.filter((name) => !stored?.[name]);
  if (stored && lacking.length === 0) return stored;
  if (!stored && existsSync(path.join(directory, 'pglite'))) {
    throw new ConfigurationError(
      `${directory} holds a database but no secrets.json, without which none of its keys can be verified. Restore the file.`,
    );
  }
  const secrets = { ...stored };
  for (const name of lacking) {
    const value = randomBytes(32).toString('base64');
    secrets[name] = name === 'NEXTAUTH_SECRET' ? value : `1:${value}`;
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  if (stored) {
    renameSync(draft, file);
    return secrets;
  }
  // Linked, not renamed: of two processes that start at once, the first one's secrets are kept, and both use them.
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  rmSync(draft, { force: true });
  return read();
}

// Next bundles this module apart from server.ts; the global keeps one answer per process.
const holder = globalThis as typeof globalThis & { latchkeyEnv?: Env };

/**
 * The configuration, parsed at first use. The only reader of process.env.
 * @throws ConfigurationError naming every missing or malformed variable
 */
export function env(): Env {
  if (!holder.latchkeyEnv) {
    // What the environment sets wins over the file.
    if (existsSync('.env')) process.loadEnvFile('.env');
    holder.latchkeyEnv = parseEnv(withGeneratedSecrets(process.env));
  }
  return holder.latchkeyEnv;
}

/** next-auth reads its settings from the environment itself; they follow ours. */
export function exportForNextAuth() {
  process.env.NEXTAUTH_URL = env().origin;
  process.env.NEXTAUTH_SECRET = env().sessionSecret;
}
