/** Who competes, and what each is given to work on. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import path from 'node:path';
import type { Target } from './load';
import { present } from './present';
import { type Running, type ServerCommand, startServer, verifierArguments } from './servers';

export const names = [
  'bare',
  'map',
  'verifier',
  'start',
  'nextRoute',
  'betterAuthDatabase',
  'betterAuthMemory',
] as const;
export type Name = (typeof names)[number];

export const titles: Record<Name, string> = {
  bare: 'bare node:http, fixed JSON',
  map: 'SHA-256 + Map in memory',
  verifier: "Latchkey's verifier (1 process)",
  start: 'Latchkey with its pages (`npm start`)',
  nextRoute: 'a Next route handler with one SELECT',
  betterAuthDatabase: 'better-auth api-key, database',
  betterAuthMemory: 'better-auth api-key, in memory (not durable)',
};

/** Apart from the contestants: what a page costs, in the processes that run anyway. */
export type PageName = 'barePage' | 'keysPage';

export type World = {
  /** Settings of a Latchkey process, with its database. */
  latchkey: Record<string, string>;
  betterAuthUrl: string;
  /** Every secret, a line each. */
  secretsFile: string;
  /** The Authorization headers that are used in turn. */
  latchkeyKeysFile: string;
  /** The Cookie header of a signed-in member with 25 keys. */
  cookieFile: string;
  betterAuthKeysFile: string;
};

export type Contestant = Target & { server: Running };

const root = path.resolve(import.meta.dirname, '..');
const nextProgram = path.join(root, 'node_modules/next/dist/bin/next');

export function startVerifier(world: World): Promise<Running> {
  return startServer({ args: verifierArguments, settings: { ...world.latchkey, VERIFIER_PROCESSES: '1' } });
}

export const authorizePath = '/api/v1/authorize';

/** @throws when one does not let a good key in, or does not refuse a bad one */
export async function startContestants(world: World): Promise<Record<Name, Contestant>> {
  const database = { DATABASE_URL: world.latchkey.DATABASE_URL ?? '' };
  const betterAuth = (storage: string): ServerCommand => ({
    args: [path.join(import.meta.dirname, 'servers/better-auth.mjs')],
    settings: { DATABASE_URL: world.betterAuthUrl, BENCH_STORAGE: storage },
  });
  const own = (file: string): ServerCommand => ({
    args: [path.join(import.meta.dirname, 'servers', file)],
    settings: { BENCH_SECRETS: world.secretsFile },
  });
  const latchkeyKeys = world.latchkeyKeysFile;
  const started = {
    bare: at(own('bare.mjs'), '/', latchkeyKeys),
    map: at(own('map.mjs'), '/', latchkeyKeys),
    verifier: startVerifier(world).then((server) => contestant(server, authorizePath, latchkeyKeys)),
    start: at({ args: ['dist/server.mjs'], settings: world.latchkey }, authorizePath, latchkeyKeys),
    nextRoute: at(
      {
        args: [nextProgram, 'start', '-H', '127.0.0.1'],
        directory: path.join(import.meta.dirname, 'next-app'),
        settings: database,
      },
      '/verify',
      latchkeyKeys,
    ),
    betterAuthDatabase: at(betterAuth('database'), '/', world.betterAuthKeysFile),
    betterAuthMemory: at(betterAuth('memory'), '/', world.betterAuthKeysFile),
  };
  const contestants = {} as Record<Name, Contestant>;
  for (const name of names) contestants[name] = await started[name];
  for (const name of names) await check(name, contestants[name]);
  return contestants;
}

async function at(command: ServerCommand, path: string, headersFile: string): Promise<Contestant> {
  return contestant(await startServer(command), path, headersFile);
}

function contestant(server: Running, path: string, headersFile: string): Contestant {
  return { server, url: `${server.origin}${path}`, headersFile };
}

/** A contestant that lets everybody in would win. */
async function check(name: Name, { url, headersFile }: Contestant): Promise<void> {
  const agent = new Agent();
  const [good = ''] = readFileSync(headersFile, 'utf8').split('\n', 1);
  // The first request opens connections while the machine is still starting others: not being able to decide is no answer.
  let accepted = 503;
  for (let attempt = 0; attempt < 20 && accepted === 503; attempt++) accepted = await present(agent, url, good);
  const statuses = [accepted, await present(agent, url, 'Authorization: Bearer nobody')];
  const expected = name === 'bare' ? [200, 200] : [200, 401];
  if (String(statuses) !== String(expected)) {
    throw new Error(`${titles[name]} answered ${statuses} to a good and a bad key instead of ${expected}.`);
  }
}

/** The least a list page can be in Next, and the page of a member's keys, 25 rows each. */
export async function findPages(world: World, { start, nextRoute }: Record<Name, Contestant>) {
  const pages: Record<PageName, Target> = {
    barePage: { url: `${nextRoute.server.origin}/rows`, headersFile: world.cookieFile },
    keysPage: { url: `${start.server.origin}/account/api-keys`, headersFile: world.cookieFile },
  };
  const cookie = readFileSync(world.cookieFile, 'utf8').trimEnd();
  for (const { url } of Object.values(pages)) {
    // A redirect to the sign-in page would be fast.
    const status = await present(new Agent(), url, cookie);
    if (status !== 200) throw new Error(`${url} answered ${status}.`);
  }
  return pages;
}
