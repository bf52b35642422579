import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { createLog, cutTail, editLine, linesOf, moveLine, rehash, witnessOf } from '@/tests/support/tampering';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { env } from '../../env';
import { log } from '../../log';
import { checkLogs, type Report } from './check';
import { hearWitnesses, parseWitness } from './witnesses';

type Log = Awaited<ReturnType<typeof createLog>>;

/** The report about one tenant, heard with these lines of the log or without. */
async function reportOf({ tenant }: Pick<Log, 'tenant'>, witnesses?: string[]): Promise<Report | undefined> {
  const testimonies = witnesses && (await hearWitnesses(linesOf(witnesses)));
  for await (const report of checkLogs({ tenant: tenant.slug, ...(testimonies && { testimonies }) })) return report;
}
const intact = { broken: null };
const brokenAt = (sequence: number, reason: string | RegExp) => ({
  broken: { sequence, reason: expect.stringMatching(reason) },
});

test('an untouched log is intact, with its witnesses and without, and beside a broken one', async () => {
  const [log, other] = [await createLog(), await createLog(3)];
  await editLine(other.tenant.id, 2, 'address', `'198.51.100.1'`);
  expect(await reportOf(log)).toEqual({ tenant: log.tenant.slug, events: 8, broken: null, witnessedUpTo: null });
  expect(await reportOf(log, log.witnesses)).toMatchObject({ broken: null, witnessedUpTo: 8 });
  const found = new Map<string, Report>();
  for await (const report of checkLogs()) found.set(report.tenant, report);
  expect(found.get(log.tenant.slug)).toMatchObject(intact);
  expect(found.get(other.tenant.slug)).toMatchObject(brokenAt(2, 'edited'));
});

test('e-mail addresses stand outside the hash: a person can be erased', async () => {
  const log = await createLog();
  await sql('UPDATE event SET actor_email = NULL WHERE tenant_id = $1', [log.tenant.id]);
  expect(await reportOf(log, log.witnesses)).toMatchObject(intact);
});

describe('an edited line is named, whatever was edited', () => {
  test.each([
    ['at', `at + interval '1 ms'`],
    ['action', `'key.deleted'`],
    ['actor_kind', `'system', actor_id = NULL, actor_email = NULL`],
    ['actor_id', 'gen_random_uuid()'],
    ['subject_id', 'gen_random_uuid()'],
    ['client_id', `'lk_id_0000000000000000'`],
    ['key_name', `'Another'`],
    ['address', 'NULL'],
    ['details', `details || '{"kind": "agent"}'`],
    ['hash', `'\\x${'07'.repeat(32)}'`],
    ['previous_hash', `'\\x${'07'.repeat(32)}'`],
  ])('%s', async (column, value) => {
    const log = await createLog(6);
    await editLine(log.tenant.id, 4, column, value);
    expect(await reportOf(log)).toMatchObject(brokenAt(4, 'edited'));
  });
});

test('a deleted line is named, also when the others moved up', async () => {
  const log = await createLog(6);
  await sql('DELETE FROM event WHERE tenant_id = $1 AND sequence = 3', [log.tenant.id]);
  expect(await reportOf(log)).toMatchObject(brokenAt(3, 'missing'));
  for (const from of [4, 5, 6]) await moveLine(log.tenant.id, from, from - 1);
  expect(await reportOf(log)).toMatchObject(brokenAt(3, 'moved'));
});

test('of two lines that changed places the first one is named', async () => {
  const log = await createLog(6);
  await moveLine(log.tenant.id, 3, 99);
  await moveLine(log.tenant.id, 5, 3);
  await moveLine(log.tenant.id, 99, 5);
  expect(await reportOf(log)).toMatchObject(brokenAt(3, 'moved'));
});

test('a line before the first or behind the last one is named', async () => {
  const log = await createLog(4);
  await moveLine(log.tenant.id, 4, -1);
  expect(await reportOf(log)).toMatchObject(brokenAt(-1, 'before'));
  await moveLine(log.tenant.id, -1, 4);
  expect(await reportOf(log)).toMatchObject(intact);
  await sql(
    `UPDATE audit_head h SET sequence = 3, hash = e.hash FROM event e
      WHERE h.tenant_id = $1 AND e.tenant_id = $1 AND e.sequence = 3`,
    [log.tenant.id],
  );
  expect(await reportOf(log)).toMatchObject(brokenAt(4, 'behind the end'));
});

test('a changed or missing end of the log is named', async () => {
  const log = await createLog(4);
  await sql('UPDATE audit_head SET hash = $2 WHERE tenant_id = $1', [log.tenant.id, new Uint8Array(32)]);
  expect(await reportOf(log)).toMatchObject(brokenAt(4, 'audit_head'));
  await sql('DELETE FROM audit_head WHERE tenant_id = $1', [log.tenant.id]);
  expect(await reportOf(log)).toMatchObject(brokenAt(5, 'has no end'));
});

describe('with the audit key in the wrong hands, only witnesses tell', () => {
  test('a restamped line whose successors were all hashed anew', async () => {
    const log = await createLog();
    await editLine(log.tenant.id, 4, 'at', `at - interval '1 day'`);
    await rehash(log.tenant.id, 4);
    expect(await reportOf(log)).toMatchObject(intact);
    expect(await reportOf(log, log.witnesses)).toMatchObject(brokenAt(4, 'witnesses'));
    // The first one that was seen: a log that begins later tells of a later line.
    expect(await reportOf(log, log.witnesses.slice(5))).toMatchObject(brokenAt(6, 'witnesses'));
  });

  test('a single line hashed anew no longer fits the next one', async () => {
    const log = await createLog();
    const [, , , , fifth] = await expectIntact(log.tenant.id);
    await editLine(log.tenant.id, 4, 'address', 'NULL');
    await rehash(log.tenant.id, 4);
    const values = [log.tenant.id, new Uint8Array(fifth?.previousHash ?? []), new Uint8Array(fifth?.hash ?? [])];
    await sql('UPDATE event SET previous_hash = $2, hash = $3 WHERE tenant_id = $1 AND sequence = 5', values);
    expect(await reportOf(log)).toMatchObject(brokenAt(5, 'follows another one'));
  });
});

describe('a tail that was cut', () => {
  test('is noticed while the end of the log still names it', async () => {
    const log = await createLog();
    await cutTail(log.tenant.id, 6, false);
    expect(await reportOf(log)).toMatchObject(brokenAt(6, 'missing'));
  });

  test('together with the end of the log is noticed by a witness of what was cut, and by no other', async () => {
    const log = await createLog();
    await cutTail(log.tenant.id, 6, true);
    expect(await reportOf(log)).toMatchObject(intact);
    expect(await reportOf(log, log.witnesses.slice(0, 5))).toMatchObject(intact);
    expect(await reportOf(log, log.witnesses)).toMatchObject(brokenAt(6, 'witnesses'));
  });

  test('is noticed when nothing is left of it', async () => {
    const log = await createLog(2);
    await sql('DELETE FROM event WHERE tenant_id = $1', [log.tenant.id]);
    await sql('UPDATE audit_head SET sequence = 0, hash = $2 WHERE tenant_id = $1', [
      log.tenant.id,
      new Uint8Array(32),
    ]);
    expect(await reportOf(log)).toMatchObject(brokenAt(1, 'missing'));
  });
});

describe('the audit key of each version', () => {
  const { auditKeys } = env();
  afterEach(() => {
    env().auditKeys = auditKeys;
  });

  test('is used for its lines, and the one that is missing is named', async () => {
    const { viewer, tenant } = await createViewer({ maximumKeysPerUser: 1000 });
    await createKeyFor(viewer);
    const second = { version: 2, key: Buffer.alloc(32, 'second') };
    env().auditKeys = { current: second, byVersion: new Map([...auditKeys.byVersion, [2, second.key]]) };
    await createKeyFor(viewer);
    expect(await reportOf({ tenant })).toMatchObject({ events: 3, ...intact });
    env().auditKeys = auditKeys;
    expect(await reportOf({ tenant })).toMatchObject(brokenAt(3, 'audit key 2, which LATCHKEY_AUDIT_KEY'));
  });
});

test('what is appended while it is checked raises no alarm', async () => {
  const { viewer, tenant, witnesses } = await createLog(3);
  let appended = 0;
  const appending = Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let count = 0; count < 15; count++, appended++) await createKeyFor(viewer);
    }),
  );
  let checks = 0;
  while (appended < 60) {
    expect(await reportOf({ tenant }, witnesses)).toMatchObject(intact);
    checks++;
  }
  await appending;
  expect(checks).toBeGreaterThan(2);
  expect(await reportOf({ tenant })).toMatchObject({ events: 63, ...intact });
});

describe('witnesses', () => {
  test('are the lines that the server logs after each commit', async () => {
    const { viewer, tenant } = await createViewer();
    const said = vi.spyOn(log(), 'info');
    await createKeyFor(viewer);
    const logged = said.mock.calls.map(([content]) => JSON.stringify(content));
    said.mockRestore();
    const [, created] = await expectIntact(tenant.id);
    expect(logged.map(parseWitness)).toContainEqual(parseWitness(witnessOf(created as never)));
  });

  test('are found among any other lines, and behind what a collector puts before them', async () => {
    const { tenant, witnesses } = await createLog(3);
    const [first = '', second = '', third = ''] = witnesses;
    const mixed = [
      '',
      'Latchkey is ready at http://localhost:3000',
      '{"level":30,"msg":"database migrated"}',
      '{"audit":null}',
      '{"audit":{"tenantId":"x","sequence":-1,"hash":"y"}}',
      third.slice(0, 60),
      `2026-11-21T20:00:00Z app[1]: ${first}`,
      second,
    ];
    const heard = await hearWitnesses(linesOf(mixed));
    expect([...heard]).toEqual([[tenant.id, { upTo: 2, contradictedAt: null }]]);
  });

  test('more than are looked up at a time are all heard', async () => {
    const { tenant, witnesses } = await createLog(4);
    await cutTail(tenant.id, 4, true);
    const many = [...Array.from({ length: 4_100 }, (_, index) => witnesses[index % 3] ?? ''), witnesses[3] ?? ''];
    expect((await hearWitnesses(linesOf(many))).get(tenant.id)).toEqual({ upTo: 4, contradictedAt: 4 });
    expect((await hearWitnesses(linesOf(many.reverse()))).get(tenant.id)).toEqual({ upTo: 4, contradictedAt: 4 });
  });

  test('of a tenant that is gone name it by its id', async () => {
    const tenantId = randomUUID();
    const line = JSON.stringify({ audit: { tenantId, sequence: 7, hash: '0'.repeat(64) } });
    const testimonies = await hearWitnesses(linesOf([line]));
    const found: Report[] = [];
    for await (const report of checkLogs({ testimonies })) if (report.tenant === tenantId) found.push(report);
    expect(found).toMatchObject([brokenAt(7, 'the tenant is missing')]);
  });
});
