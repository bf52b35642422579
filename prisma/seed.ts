/**
 * npm run db:seed: the demo tenant with its accounts, sample keys and connections. Run again it changes nothing, but that it
 * knows sam by the demo identity provider's address of now, and the demo's upstreams by theirs. Refused on a database with other tenants, because the passwords are public; with --only-if-empty it leaves such a database alone silently.
 */

import { accounts } from '../demo/accounts';
import { appendEvent } from '../lib/audit/mutations';
import { digestPassword } from '../lib/auth/passwords';
import type { Role } from '../lib/auth/permissions';
import { migrate } from '../lib/db/migrate';
import { inTransaction, type Tx } from '../lib/db/prisma';
import { query } from '../lib/db/sql';
import { foldName } from '../lib/display-text';
import { ConfigurationError, env } from '../lib/env';
import { digestSecret, maskOf, mintCredential } from '../lib/keys/secret';
import { createTenant } from '../lib/tenants/mutations';
import { runScript } from '../scripts/run-script';
import { connectDemo } from './demo-connections';
import { callersOf, hoursOf, type SampleUsage } from './sample-usage';

const password = 'latchkey-demo';

const people: Array<{ email: string; name: string; roles: Role[]; licensed: boolean }> = [
  { email: 'admin@demo.test', name: 'Ada Admin', roles: ['admin', 'developer'], licensed: true },
  { email: 'dana@demo.test', name: 'Dana Developer', roles: ['developer'], licensed: true },
  { email: 'mia@demo.test', name: 'Mia Member', roles: [], licensed: false },
];

/** Signs in with the demo identity provider only. Its other people are strangers until they come. */
const sam = { ...accounts[0], roles: ['developer'] as Role[], licensed: true };

const day = 24 * 60 * 60 * 1000;
const daysFrom = (now: Date, days: number) => new Date(now.getTime() + days * day);

type Sample = {
  name: string;
  description: string;
  createdInDays: number;
  expiresInDays: number | null;
  usedInDays?: number;
  deactivatedInDays?: number;
  revokedInDays?: number;
  usage?: SampleUsage;
};

/** One key of each status; times are days from now. */
const samples: Sample[] = [
  {
    name: 'Production backend',
    description: 'Nightly export to the warehouse',
    createdInDays: -40,
    expiresInDays: 50,
    usedInDays: -0.01,
    usage: {
      streams: [
        { outcome: 'accepted', perHour: 62, fromInDays: -8, toInDays: -0.01 },
        { outcome: 'invalid_credential', perHour: 4, fromInDays: -2.1, toInDays: -2 },
      ],
      callers: [
        { address: '203.0.113.24', client: 'warehouse-export', share: 0.7 },
        { address: '203.0.113.25', client: 'warehouse-export', share: 0.28 },
        { address: '198.51.100.7', client: 'curl', share: 0.02 },
      ],
    },
  },
  {
    name: 'Staging',
    description: 'Paused while staging moves',
    createdInDays: -12,
    expiresInDays: 78,
    usedInDays: -3,
    deactivatedInDays: -2,
    usage: {
      streams: [
        { outcome: 'accepted', perHour: 9, fromInDays: -8, toInDays: -3 },
        { outcome: 'key_inactive', perHour: 2, fromInDays: -1.9, toInDays: -1.3 },
      ],
      callers: [{ address: '203.0.113.80', client: 'node', share: 1 }],
    },
  },
  { name: 'Load test', description: '', createdInDays: -65, expiresInDays: -35, usedInDays: -36 },
  {
    name: 'Old laptop',
    description: 'Revoked after the laptop was lost',
    createdInDays: -200,
    expiresInDays: null,
    revokedInDays: -90,
    // Somebody still tries.
    usage: { streams: [{ outcome: 'key_revoked', perHour: 6, fromInDays: -4.1, toInDays: -4 }], callers: [] },
  },
];

async function seed(): Promise<void> {
  await migrate();
  const tenants = await query<{ demo: boolean }>('seed-tenants', 'SELECT demo FROM tenant');
  if (tenants.some((tenant) => tenant.demo)) {
    await inTransaction(async (tx) => {
      await linkSam(tx);
      await connectDemo(tx);
    });
    return say('The demo tenant is there already.');
  }
  if (tenants.length > 0) {
    if (process.argv.includes('--only-if-empty')) return;
    throw new ConfigurationError(
      'The demo is for an empty database: this one holds other tenants, and the demo’s passwords are public.',
    );
  }
  const passwordDigest = await digestPassword(password);
  const [clock] = await query<{ now: Date }>('now', 'SELECT clock_timestamp() AS now');
  await inTransaction(async (tx) => {
    const tenant = await createTenant(tx, { slug: 'demo', name: 'Demo', demo: true, apiKeysEnabled: true });
    const ids: string[] = [];
    for (const person of people) {
      const data = { ...person, tenantId: tenant.id, emailKey: person.email, loginEmail: person.email, passwordDigest };
      ids.push((await tx.member.create({ data, select: { id: true } })).id);
    }
    for (const sample of samples) await createSample(tx, tenant.id, ids[0] as string, sample, clock?.now as Date);
    await linkSam(tx);
    await connectDemo(tx);
  });
  say('The demo tenant is seeded.');
}

/**
 * Makes sam, where the demo tenant is from before there was one, and lets the demo identity provider vouch for them: it has
 * another address when its port has changed. A sam whom an admin has removed stays removed.
 */
async function linkSam(tx: Tx): Promise<void> {
  const tenant = await tx.tenant.findFirst({ where: { demo: true }, select: { id: true } });
  if (!tenant) return;
  const { email, name, roles, licensed, subject } = sam;
  const data = { tenantId: tenant.id, email, emailKey: email, name, roles, licensed };
  const select = { id: true, removedAt: true };
  const member =
    (await tx.member.findFirst({ where: { tenantId: tenant.id, email }, orderBy: { createdAt: 'desc' }, select })) ??
    (await tx.member.create({ data, select }));
  if (member.removedAt) return;
  const identity = { tenantId: tenant.id, issuer: env().demoIssuer, subject, memberId: member.id, email, name };
  await tx.identity.createMany({ data: [identity], skipDuplicates: true });
}

async function createSample(tx: Tx, tenantId: string, ownerId: string, sample: Sample, now: Date) {
  // The plaintext is dropped here: a sample's secret is known to nobody.
  const { clientId, secret } = mintCredential();
  const { version, key: pepper } = env().peppers.current;
  const at = (days: number | null | undefined) => (days == null ? null : daysFrom(now, days));
  const createdAt = daysFrom(now, sample.createdInDays);
  const data = {
    tenantId,
    ownerId,
    clientId,
    name: sample.name,
    nameKey: foldName(sample.name),
    description: sample.description,
    createdAt,
    expiresAt: at(sample.expiresInDays),
    deactivatedAt: at(sample.deactivatedInDays),
    revokedAt: at(sample.revokedInDays),
  };
  const created = await tx.key.create({ data, select: { id: true } });
  const keyId = created.id;
  const digest = new Uint8Array(digestSecret(pepper, tenantId, clientId, secret));
  await tx.keySecret.create({
    data: {
      tenantId,
      keyId,
      position: 'current',
      digest,
      pepperVersion: version,
      mintedAt: createdAt,
      ...maskOf(secret),
    },
    select: { keyId: true },
  });
  const lastUsedAt = at(sample.usedInDays);
  // The key's row was made together with it.
  const ofLastUse = { tenantId_keyId: { tenantId, keyId } };
  if (lastUsedAt) await tx.keyLastUse.update({ where: ofLastUse, data: { lastUsedAt }, select: { keyId: true } });
  if (sample.usage) {
    const ofKey = { tenantId, keyId };
    const hours = hoursOf(sample.usage, now);
    await tx.keyUsageHour.createMany({ data: hours.map((row) => ({ ...ofKey, ...row })) });
    const callers = callersOf(sample.usage, hours);
    await tx.keyCaller.createMany({ data: callers.map((row) => ({ ...ofKey, ...row })) });
  }
  await appendEvent(tx, {
    tenantId,
    action: 'key.created',
    actor: 'system',
    address: null,
    key: { clientId, name: sample.name },
    details: { sample: true },
  });
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

await runScript(seed);
