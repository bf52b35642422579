import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startMailServer } from '@/tests/support/mail-server';
import { startScript } from '@/tests/support/script';
import { createKeyFor, createMember, createTenant, sql, viewerFor } from '@/tests/support/world';
import { rotateKey } from '../keys/rotation';

test('two processes at once send each mail once', async () => {
  const tenant = await createTenant({ maximumKeysPerUser: 1000 });
  const viewer = await viewerFor(await createMember(tenant));
  for (let admin = 0; admin < 12; admin++) await createMember(tenant, { roles: ['admin'] });
  for (let key = 0; key < 28; key++) await createKeyFor(viewer);
  const leaked = await createKeyFor(viewer, { name: 'Leaked', expiry: { kind: 'never' } });
  const how = { overlap: 'none', leaked: true, endOlder: false, idempotencyValue: randomUUID() } as const;
  expect((await rotateKey(viewer, { clientId: leaked.clientId, ...how })).status).toBe('rotated');
  await sql(`UPDATE key SET expires_at = clock_timestamp() + interval '6 days' WHERE expires_at IS NOT NULL`);
  await sql(`UPDATE key_secret SET minted_at = clock_timestamp() - interval '80 days'`);

  const server = await startMailServer();
  const settings = { SMTP_URL: server.url, MAIL_FROM: 'Latchkey <latchkey@acme.test>' };
  const scripts = Array.from({ length: 2 }, () => startScript('tests/scripts/send-notices.ts', [], settings));
  for (const script of scripts) expect((await script.lines.next()).value).toBe('ready');
  for (const script of scripts) script.process.stdin?.end('go\n');
  await Promise.all(scripts.map(({ ended }) => ended));
  await server.close();

  const mails = server.received.map(({ to, subject }) => `${to} ${subject}`);
  expect(new Set(mails).size).toBe(40);
  expect(mails).toHaveLength(40);
});
