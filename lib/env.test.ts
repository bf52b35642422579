import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationError, type Env, env } from './env';

const key = (fill: string, length = 32) => Buffer.alloc(length, fill).toString('base64');
const complete = {
  DATABASE_URL: 'postgres://latchkey@db.example/latchkey',
  NEXTAUTH_SECRET: 'x'.repeat(32),
  LATCHKEY_PEPPERS: `2:${key('b')},1:${key('a')}`,
  LATCHKEY_AUDIT_KEY: `1:${key('c')}`,
  LATCHKEY_VAULT_KEYS: `1:${key('d')}`,
};
const original = { variables: { ...process.env }, folder: process.cwd() };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-env-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(original.folder);
  replaceEnvironment(original.variables);
  forget();
  rmSync(folder, { recursive: true });
});

/** The configuration of a process that starts with these variables. */
function start(variables: Record<string, string>): Env {
  forget();
  replaceEnvironment(variables);
  return env();
}

function forget() {
  delete (globalThis as { latchkeyEnv?: Env }).latchkeyEnv;
}

function replaceEnvironment(variables: Record<string, string | undefined>) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
}

describe('with PostgreSQL', () => {
  test('a complete configuration is read', () => {
    const value = start({ ...complete, PORT: '8080', LATCHKEY_TRUSTED_HOPS: '2' });
    expect(value).toMatchObject({
      databaseUrl: complete.DATABASE_URL,
      host: '127.0.0.1',
      port: 8080,
      origin: 'http://localhost:8080',
      trustedHops: 2,
      demoMayBePublic: false,
      development: false,
    });
    expect(existsSync('.latchkey')).toBe(false);
  });

  test.each(['NEXTAUTH_SECRET', 'LATCHKEY_PEPPERS', 'LATCHKEY_AUDIT_KEY', 'LATCHKEY_VAULT_KEYS'])(
    'it refuses to start without %s, set or empty, and names it',
    (name) => {
      const { [name as 'NEXTAUTH_SECRET']: _, ...rest } = complete;
      for (const variables of [rest, { ...complete, [name]: '' }]) {
        expect(() => start(variables as Record<string, string>)).toThrow(ConfigurationError);
        expect(() => start(variables as Record<string, string>)).toThrow(`${name} is missing`);
      }
    },
  );

  test('everything that is missing is named at once', () => {
    expect(() => start({ DATABASE_URL: complete.DATABASE_URL })).toThrow(
      /NEXTAUTH_SECRET is missing; LATCHKEY_PEPPERS is missing; LATCHKEY_AUDIT_KEY is missing; LATCHKEY_VAULT_KEYS is missing/,
    );
  });

  test.each([
    ['DATABASE_URL', 'mysql://db'],
    ['DATABASE_URL', 'not a url'],
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', 'http'],
    ['LATCHKEY_URL', 'localhost:3000'],
    ['LATCHKEY_URL', 'ftp://example.com'],
    ['LATCHKEY_TRUSTED_HOPS', '-1'],
    ['LATCHKEY_TRUSTED_HOPS', '1.5'],
    ['LATCHKEY_DEMO_PUBLIC', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['NEXTAUTH_SECRET', 'x'.repeat(31)],
    ['LATCHKEY_PEPPERS', key('a')],
    ['LATCHKEY_PEPPERS', `0:${key('a')}`],
    ['LATCHKEY_PEPPERS', `1:${key('a', 31)}`],
    ['LATCHKEY_PEPPERS', `1:${key('a')},1:${key('b')}`],
    ['LATCHKEY_PEPPERS', `1:${key('a')},`],
    ['LATCHKEY_AUDIT_KEY', '1:not base64!'],
    ['LATCHKEY_VAULT_KEYS', `1:${key('d', 31)}`],
    ['LATCHKEY_VAULT_KEYS', `1:${key('d', 33)}`],
    ['LATCHKEY_GATEWAY_ALLOW', '127.0.0.1'],
    ['LATCHKEY_GATEWAY_ALLOW', 'http://127.0.0.1:4010'],
    ['LATCHKEY_GATEWAY_ALLOW', '127.0.0.1:4010,*:80'],
  ])('a malformed %s is named: %s', (name, value) => {
    expect(() => start({ ...complete, [name]: value })).toThrow(ConfigurationError);
    expect(() => start({ ...complete, [name]: value })).toThrow(new RegExp(`${name} `));
  });

  describe('mail', () => {
    const SMTP_URL = 'smtps://latchkey:secret@mail.example:465';
    const MAIL_FROM = 'Latchkey <latchkey@mail.example>';

    test('is sent with both settings, and not without', () => {
      expect(start({ ...complete, SMTP_URL, MAIL_FROM }).mail).toEqual({ smtpUrl: SMTP_URL, from: MAIL_FROM });
      expect(start(complete).mail).toBeNull();
      expect(start({ ...complete, SMTP_URL: '', MAIL_FROM: '' }).mail).toBeNull();
    });

    test.each([{ SMTP_URL }, { MAIL_FROM }, { SMTP_URL, MAIL_FROM: '' }])('one of the two is refused: %j', (half) => {
      const starting = () => start({ ...complete, ...(half as Record<string, string>) });
      expect(starting).toThrow(ConfigurationError);
      expect(starting).toThrow('SMTP_URL and MAIL_FROM belong together: set both, or neither.');
    });

    test.each(['mail.example', 'https://mail.example', 'smtp'])('SMTP_URL cannot be %s', (url) => {
      expect(() => start({ ...complete, SMTP_URL: url, MAIL_FROM })).toThrow(/SMTP_URL must be/);
    });
  });

  test('a message never repeats a secret', () => {
    const pepper = key('p', 31);
    expect(() => start({ ...complete, LATCHKEY_PEPPERS: `1:${pepper}` })).not.toThrow(pepper);
  });

  test.each(['https://keys.example.com/path', 'https://keys.example.com/?a=b', 'https://user@keys.example.com/'])(
    'LATCHKEY_URL must be an origin, not %s',
    (url) => {
      expect(() => start({ ...complete, LATCHKEY_URL: url })).toThrow('LATCHKEY_URL must be an origin');
    },
  );

  test('the first key of a ring writes, all of them read', () => {
    const { peppers } = start(complete);
    expect(peppers.current).toEqual({ version: 2, key: Buffer.alloc(32, 'b') });
    expect([...peppers.byVersion]).toEqual([
      [2, Buffer.alloc(32, 'b')],
      [1, Buffer.alloc(32, 'a')],
    ]);
  });
});

describe('with the embedded database', () => {
  const secrets = (value: Env) => [value.sessionSecret, value.peppers.current.key, value.auditKeys.current.key];

  test('secrets are generated once, readable by their owner only', () => {
    const first = start({});
    const file = path.join(folder, '.latchkey', 'secrets.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    const content = readFileSync(file, 'utf8');
    expect(secrets(start({}))).toEqual(secrets(first));
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('two folders get different secrets, and no two of them are equal', () => {
    const one = secrets(start({ LATCHKEY_DATA_DIR: 'one' })).map(String);
    const two = secrets(start({ LATCHKEY_DATA_DIR: 'two' })).map(String);
    expect(new Set([...one, ...two]).size).toBe(6);
  });

  test('a secret that is set wins over the generated one', () => {
    start({});
    expect(start({ NEXTAUTH_SECRET: 'y'.repeat(40) }).sessionSecret).toBe('y'.repeat(40));
  });

  test('an empty variable means the same as an unset one', () => {
    const value = start({ DATABASE_URL: '', LATCHKEY_DATA_DIR: '', PORT: '', NEXTAUTH_SECRET: '', LATCHKEY_URL: '' });
    expect(value).toMatchObject({ databaseUrl: undefined, port: 3000, dataDirectory: path.resolve('.latchkey') });
  });

  test('a secret that a newer version needs is added, and the old ones stay', () => {
    start({});
    const file = path.join('.latchkey', 'secrets.json');
    const { LATCHKEY_AUDIT_KEY: _, ...older } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(older));
    start({});
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(older);
    expect(JSON.parse(readFileSync(file, 'utf8')).LATCHKEY_AUDIT_KEY).toMatch(/^1:/);
  });
});

test('a database whose secrets are gone is refused, instead of getting new ones', () => {
  start({});
  mkdirSync('.latchkey/pglite');
  rmSync('.latchkey/secrets.json');
  expect(() => start({})).toThrow(/holds a database but no secrets\.json/);
});

test('a .env file is read, and the environment wins over it', () => {
  writeFileSync('.env', 'PORT=4000\nLATCHKEY_TRUSTED_HOPS=3\n');
  expect(start({ PORT: '5000' })).toMatchObject({ port: 5000, trustedHops: 3 });
});

test('identity providers are read, and each problem with them is named beside the others', () => {
  const provider = { AUTH_OIDC_ISSUER: 'https://id.example.com', AUTH_OIDC_CLIENT_ID: 'x', AUTH_OIDC_TENANT: 'acme' };
  expect(start({ ...provider, AUTH_OIDC_CLIENT_SECRET: 'hush' }).identityProviders).toMatchObject([{ id: 'oidc' }]);
  expect(start({}).identityProviders).toEqual([]);
  expect(() => start({ ...provider, PORT: '0' })).toThrow(ConfigurationError);
  expect(() => start({ ...provider, PORT: '0' })).toThrow(
    /AUTH_OIDC_CLIENT_SECRET is missing; PORT .*See \.env\.example/,
  );
});

test.each([
  [{}, 'http://127.0.0.1:3001'],
  [{ PORT: '4000' }, 'http://127.0.0.1:4001'],
  [{ PORT: '4000', LATCHKEY_IDP_PORT: '5000' }, 'http://127.0.0.1:5000'],
  [{ LATCHKEY_IDP_PORT: '' }, 'http://127.0.0.1:3001'],
])('with %j the demo identity provider is at %s', (variables, demoIssuer) => {
  expect(start(variables as Record<string, string>).demoIssuer).toBe(demoIssuer);
});
