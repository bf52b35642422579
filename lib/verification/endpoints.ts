import { isMigrated } from '../db/migrate';
import { queryInTime } from '../db/sql';
import { env } from '../env';
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

/** Ready: the database answers, is a writable primary, is migrated, and every pepper that stored secrets need is configured. */
async function readiness(): Promise<Reply> {
  try {
    const [server] = await queryInTime<{ replica: boolean }>('replica', 'SELECT pg_is_in_recovery() AS replica');
    if (server?.replica) return plain(503, 'the database is a replica');
    if (!(await isMigrated())) return plain(503, 'the database is not migrated');
    const stored = await queryInTime<{ version: number }>('pepper-versions', selectPepperVersions);
    const missing = stored.filter(({ version }) => !env().peppers.byVersion.has(version));
    if (missing.length > 0)
      return plain(503, `LATCHKEY_PEPPERS lacks version ${missing.map((row) => row.version).join(', ')}`);
    return plain(200, 'ready');
  } catch (error) {
    log().warn({ err: error }, 'not ready');
    return plain(503, 'the database does not answer');
  }
}

// DISTINCT would read every secret; this hops along the index from one version to the next.
const selectPepperVersions = `
  WITH RECURSIVE stored (version) AS (
    SELECT min(pepper_version) FROM key_secret
    UNION ALL
    SELECT (SELECT min(pepper_version) FROM key_secret WHERE pepper_version > version) FROM stored WHERE version IS NOT NULL
  )
  SELECT version FROM stored WHERE version IS NOT NULL`;

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
