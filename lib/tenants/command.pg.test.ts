/** `npm run tenant:create`, as an operator runs it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScript } from '@/tests/support/script';
import { createMember, createTenant, everythingStored, sql } from '@/tests/support/world';
import { findLink } from '../one-time-links/queries';

const create = (...flags: string[]) => runScript('scripts/tenant-create.ts', flags);
/** What it says when it refuses, and that it wrote nothing. */
async function complaint(...flags: string[]): Promise<string> {
  const before = await everythingStored();
  const error = await create(...flags).then(
    () => null,
    (reason: Error) => reason,
  );
  expect(await everythingStored()).toBe(before);
  return (error?.message ?? '').replace(/^.*ended with 1: /, '');
}
const usage = 'Usage: npm run tenant:create -- --slug acme --name "Acme" --admin ada@acme.test\n';
const flags = (fields: Record<string, string> = {}) => {
  const all = { slug: `cli-${randomUUID()}`, name: 'Acme', admin: `${randomUUID()}@example.test`, ...fields };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
};

test('it prints a link that lets the admin choose a password', async () => {
  const admin = `ADA-${randomUUID()}@Example.test`;
  const slug = `cli-${randomUUID()}`;
  const lines = await create('--slug', slug, '--name', 'Größe & Söhne', '--admin', admin);
  expect(lines[0]).toBe(
    `The tenant ${slug} is made. Give this link to ${admin.toLowerCase()}: it lets them choose a password,`,
  );
  const [, token = ''] = lines.join('\n').match(/^ {2}http:\/\/localhost:3000\/set-password#(\S+)$/m) ?? [];
  expect(await findLink(token)).toEqual({
    status: 'valid',
    purpose: 'invitation',
    email: admin.toLowerCase(),
    name: admin.toLowerCase().split('@')[0],
    tenantName: 'Größe & Söhne',
  });
  expect(await everythingStored()).not.toContain(token);
});

test('with the embedded database it makes and migrates it first', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-command-'));
  try {
    const lines = await runScript('scripts/tenant-create.ts', flags(), {
      DATABASE_URL: '',
      LATCHKEY_DATA_DIR: directory,
    });
    expect(lines.join('\n')).toMatch(/set-password#[\w-]{43}$/m);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

describe('it names what is wrong', () => {
  test('every flag that is missing', async () => {
    const said = await complaint();
    expect(said).toBe(`--slug: slug is missing.\n--name: name must be text.\n--admin: Email must be text.\n${usage}`);
  });

  test('every flag that is malformed', async () => {
    const said = await complaint(...flags({ slug: 'Not A Slug', name: ' ', admin: 'ada' }));
    expect(said).toContain('--slug: slug must be up to 63 lower-case letters, digits and single hyphens.');
    expect(said).toContain('--name: name cannot be blank.');
    expect(said).toContain('--admin: Email must look like name@example.com.');
    expect(said).toContain(usage);
  });

  test.each([
    ['--password', [...flags(), '--password', 'x']],
    ['--slug', ['--slug']],
    ['acme', ['acme', ...flags()]],
  ])('a flag it does not know, or one without a value: %s', async (name, given) => {
    const said = await complaint(...given);
    expect(said).toContain(name);
    expect(said).toContain(usage);
    expect(said).not.toMatch(/\n\s+at /);
  });

  test('a slug or an address that is taken', async () => {
    const tenant = await createTenant();
    const { email } = await createMember(tenant);
    expect(await complaint(...flags({ slug: tenant.slug }))).toBe(
      `There is a tenant with the slug ${tenant.slug} already. Choose another slug.\n`,
    );
    expect(await complaint(...flags({ admin: email }))).toBe(
      `${email} signs in with a password already. Choose another address.\n`,
    );
    expect(await sql('SELECT id FROM tenant WHERE slug = $1', [tenant.slug])).toHaveLength(1);
  });
});
