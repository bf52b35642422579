import { randomInt } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { runScript, type Script, startScript } from '@/tests/support/script';
import { openEmbedded } from './embedded';

let directory = '';
const running: Script[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-lock-'));
  await cp(path.join(inject('pgliteTemplate'), 'pglite'), path.join(directory, 'pglite'), { recursive: true });
});
afterEach(async () => {
  for (const script of running.splice(0)) await kill(script);
  await rm(directory, { recursive: true, force: true });
});

/** A process that holds the folder and is ready to create keys. */
async function startCreator(): Promise<Script> {
  const script = startScript('tests/scripts/create-keys.ts', ['new', '1000', '4'], { LATCHKEY_DATA_DIR: directory });
  running.push(script);
  expect((await script.lines.next()).value).toBe('ready');
  return script;
}

async function kill(script: Script): Promise<void> {
  script.process.kill('SIGKILL');
  await script.ended.catch(() => {});
}

const inUse = () =>
  `The data folder ${directory} is in use by another Latchkey process. Stop that one, or set LATCHKEY_DATA_DIR to another folder.`;

test('a second process on the folder is refused with a sentence, until the first has ended or was killed', async () => {
  const holder = await startCreator();
  await expect(openEmbedded(directory)).rejects.toThrow(inUse());
  expect(await runScript('tests/scripts/create-keys.ts', ['new', '1', '1'], { LATCHKEY_DATA_DIR: directory })).toEqual([
    inUse(),
  ]);
  await kill(holder);
  const first = await openEmbedded(directory);
  await expect(openEmbedded(directory)).rejects.toThrow(inUse());
  await first.close();
  await (await openEmbedded(directory)).close();
});

test('of five starters after a kill, one gets the folder', async () => {
  await kill(await startCreator());
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => openEmbedded(directory)));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const each of opened) await each.close();
  expect(opened).toHaveLength(1);
});

test('a process that is killed while it creates keys loses none that it acknowledged', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const creator = await startCreator();
    creator.process.stdin?.end('go\n');
    const moment = randomInt(1, 25);
    let seen = 0;
    for await (const line of creator.lines) {
      acknowledged.push(line);
      if (++seen === moment) creator.process.kill('SIGKILL');
    }
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(3);
  const { pglite, close } = await openEmbedded(directory);
  const stored = await pglite.query<{ line: string }>(`SELECT 'created ' || client_id AS line FROM key`);
  const whole = await pglite.query<{ broken: number }>(
    `SELECT count(*)::int AS broken FROM key k
      WHERE NOT EXISTS (SELECT FROM key_secret s WHERE s.key_id = k.id)
         OR NOT EXISTS (SELECT FROM event e WHERE e.client_id = k.client_id AND e.action = 'key.created')
         OR NOT EXISTS (SELECT FROM idempotent_request r WHERE r.client_id = k.client_id)`,
  );
  await close();
  const lines = new Set(stored.rows.map((row) => row.line));
  expect(acknowledged.filter((line) => !lines.has(line))).toEqual([]);
  expect(whole.rows).toEqual([{ broken: 0 }]);
});

test('the database keeps UTC wherever its host is, or every time that a write reads would be off', async () => {
  const { pglite, close } = await openEmbedded(directory);
  expect((await pglite.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'UTC' }]);
  await close();
});
