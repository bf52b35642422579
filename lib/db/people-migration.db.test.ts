/** What becomes of members from before e-mails had a key: the migrations run one after the other in a schema of their own. */
import { randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { expect, test } from 'vitest';
import { normalizeEmail } from '../auth/schema';
import { listMigrations } from './migrate';

type Session = {
  script(sql: string): Promise<unknown>;
  rows<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
};

/** An empty database of the project's kind. */
async function openEmpty(): Promise<Session> {
  const url = process.env.DATABASE_URL;
  if (!url) {
    const pglite = await PGlite.create();
    return {
      script: (sql) => pglite.exec(sql),
      rows: async <Row>(sql: string) => (await pglite.query<Row>(sql)).rows,
      close: () => pglite.close(),
    };
  }
  const name = `empty_${randomUUID().replaceAll('-', '')}`;
  const administrator = new pg.Client({ connectionString: url });
  await administrator.connect();
  await administrator.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await administrator.end();
  const client = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: `/${name}` }).href });
  await client.connect();
  return {
    script: (sql) => client.query(sql),
    rows: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
    close: () => client.end(),
  };
}

test('members from before keep their place: each gets the key of their e-mail, and of two with one address both stay', async () => {
  const [foundation, people] = listMigrations();
  if (!foundation || !people) throw new Error('A migration is missing.');
  expect(people.name).toMatch(/_people$/);
  const session = await openEmpty();
  try {
    await session.script(foundation.sql);
    await session.script(`
      INSERT INTO tenant (id, slug, name) VALUES
        ('00000000-0000-4000-8000-000000000001', 'left', 'Left'), ('00000000-0000-4000-8000-000000000002', 'right', 'Right');
      INSERT INTO member (id, tenant_id, email, login_email, name, created_at) VALUES
        ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-000000000001', 'Ada@Acme.test', 'ada@acme.test', 'First', '2026-01-02Z'),
        ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-000000000001', 'ada@acme.test', NULL, 'Second', '2026-01-03Z'),
        ('00000000-0000-4000-8000-00000000000c', '00000000-0000-4000-8000-000000000001', 'ada＠acme.test', NULL, 'Third', '2026-01-03Z'),
        ('00000000-0000-4000-8000-00000000000d', '00000000-0000-4000-8000-000000000002', 'ADA@acme.test', NULL, 'Elsewhere', '2026-01-01Z')`);
    await session.script(people.sql);
    const rows = await session.rows<{ name: string; email: string; emailKey: string; login: string | null }>(
      'SELECT name, email, email_key AS "emailKey", login_email AS login FROM member ORDER BY id',
    );
    expect(rows).toEqual([
      { name: 'First', email: 'Ada@Acme.test', emailKey: 'ada@acme.test', login: 'ada@acme.test' },
      { name: 'Second', email: 'ada@acme.test', emailKey: 'ada@acme.test#2', login: null },
      { name: 'Third', email: 'ada＠acme.test', emailKey: 'ada@acme.test#3', login: null },
      { name: 'Elsewhere', email: 'ADA@acme.test', emailKey: 'ada@acme.test', login: null },
    ]);
    // The first one's key is what the code compares with, or nobody would find them.
    for (const { email, emailKey } of [rows[0], rows[3]] as typeof rows) expect(emailKey).toBe(normalizeEmail(email));
    const [row] = await session.rows<{ count: number }>(
      'SELECT count(*)::int AS count FROM tenant WHERE join_roles IS NULL OR join_licensed',
    );
    expect(row?.count).toBe(0);
  } finally {
    await session.close();
  }
});
