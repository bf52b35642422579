import { isMigrated } from '../db/migrate';
import { queryInTime } from '../db/sql';
import { env, type Keyring } from '../env';
import { notFound, problem, type Reply } from '../http/problem';
import { log } from '../log';
import { answer, authorize, me } from './answer';
import { authenticate } from './authenticate';
import type { CredentialSource } from './credentials';
import type { RequestOrigin } from './tallies';

/** A request as these endpoints see it. They read neither cookies nor bodies. */
export type EndpointRequest = { method: string; path: string; source: CredentialSource; origin: RequestOrigin };

/** Whether the path is one that machines call: `answerEndpoint` answers it, and Next never sees it. */
export function isEndpoint(path: string): boolean {
  return path === '/healthz' || path === '/readyz' || /^\/(api\/v1|oauth)(\/|$)/.test(path);
}

/** Answers the paths that machines call. */
export function answerEndpoint(request: EndpointRequest): Promise<Reply> | Reply {
  const { method, path, source, origin } = request;
  // Envoy appends the caller's own path; its query then says nothing about scopes.
  if (path === '/api/v1/authorize') return decideAuthorize(request, requiredScopes(source.query));
  if (path.startsWith('/api/v1/authorize/'))
    return decideAuthorize({ ...request, source: { ...source, query: '' } }, []);
  switch (path) {
    case '/api/v1/me':
      if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed('GET, HEAD');
      return authenticate({ source, requiredScopes: [], origin }).then((verdict) => answer(verdict, me));
    case '/healthz':
      return plain(200, 'ok');
    case '/readyz':
      return readiness();
    default:
      return notFound();
  }
}

function decideAuthorize({ source, origin }: EndpointRequest, requiredScopes: string[]): Promise<Reply> {
  return authenticate({ source, requiredScopes, origin }).then((verdict) => answer(verdict, authorize));
}

/** `scope=a+b`, repeated or not: all of them are required. */
function requiredScopes(search: string): string[] {
  if (search === '') return [];
  return new URLSearchParams(search)
    .getAll('scope')
    .flatMap((value) => value.split(' '))
    .filter((scope) => scope !== '');
}

/** Ready: the database answers, is a writable primary, is migrated, and every pepper and vault key that what is stored needs is configured. */
async function readiness(): Promise<Reply> {
  try {
    const [server] = await queryInTime<{ replica: boolean }>('replica', 'SELECT pg_is_in_recovery() AS replica');
    if (server?.replica) return plain(503, 'the database is a replica');
    if (!(await isMigrated())) return plain(503, 'the database is not migrated');
    const { peppers, vaultKeys } = env();
    const lacking =
      (await lackOf('LATCHKEY_PEPPERS', peppers, 'key_secret', 'pepper_version')) ??
      (await lackOf('LATCHKEY_VAULT_KEYS', vaultKeys, 'provider_key', 'vault_version'));
    return lacking === null ? plain(200, 'ready') : plain(503, lacking);
  } catch (error) {
    log().warn({ err: error }, 'not ready');
    return plain(503, 'the database does not answer');
  }
}

/** What a setting lacks of the versions that a column holds; null when it has them all. */
async function lackOf(setting: string, { byVersion }: Keyring, table: string, column: string): Promise<string | null> {
  // DISTINCT would read every row; this hops along the index from one version to the next.
  const stored = await queryInTime<{ version: number }>(
    `${column}s`,
    `WITH RECURSIVE stored (version) AS (
       SELECT min(${column}) FROM ${table}
       UNION ALL
       SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > version) FROM stored WHERE version IS NOT NULL
     )
     SELECT version FROM stored WHERE version IS NOT NULL`,
  );
  const missing = stored.filter(({ version }) => !byVersion.has(version)).map(({ version }) => version);
  return missing.length === 0 ? null : `${setting} lacks version ${missing.join(', ')}`;
}

function plain(status: number, text: string): Reply {
  return {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    },
    body: `${text}\n`,
  };
}

function methodNotAllowed(allow: string): Reply {
  return problem(
    { status: 405, type: 'method_not_allowed', title: 'Method not allowed', detail: `Use ${allow}.` },
    { Allow: allow },
  );
}
