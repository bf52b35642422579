import type { Agent } from 'undici';
import { verificationDeadline } from '../db/connection';
import { queryInTime } from '../db/sql';
import { log } from '../log';
import { credentialFields, openProviderKey } from './credential';
import { failureOf } from './failures';
import type { ConnectionTest, GatewayFailure } from './schema';
import { findTarget, type Target } from './targets';
import { upstreams } from './upstream';

/** Somebody looks at a button meanwhile. */
const patience = 10_000;

/**
 * Asks the connection's upstream whether it answers and takes the provider key: an LLM provider for its list of models, a
 * workflow for its options, which runs nothing. It never throws for what upstreams do, and takes 10 seconds at most. A
 * connection that the tenant does not have counts as unreachable.
 */
export async function testConnection(tenantId: string, slug: string): Promise<ConnectionTest> {
  const target = await presentTarget(tenantId, slug);
  if (!target) return { status: 'failed', reason: 'upstream_unreachable' };
  const opened = await openProviderKey(target, target.providerKey);
  if (opened.status === 'failed') return opened;
  const agent = await upstreams();
  const started = performance.now();
  const found = await ask(agent, target, opened.secret);
  if (typeof found === 'string') return { status: 'failed', reason: found };
  if (found === 401 || found === 403) return { status: 'key_refused', httpStatus: found };
  if (found >= 300 && found < 400 && found !== 304) return { status: 'failed', reason: 'upstream_redirected' };
  return { status: 'answered', httpStatus: found, milliseconds: Math.round(performance.now() - started) };
}

async function presentTarget(tenantId: string, slug: string): Promise<Target | null> {
  const [row] = await queryInTime<{ version: string }>(
    'tenant-version',
    'SELECT version::text AS version FROM tenant_version WHERE tenant_id = $1::uuid',
    [tenantId],
  );
  return row ? findTarget({ tenantId, version: row.version }, slug, verificationDeadline) : null;
}

/** The status of the answer, whose body is not read; or why there is none. */
function ask(agent: Agent, target: Target, secret: string | null): Promise<number | GatewayFailure> {
  const isWorkflow = target.kind === 'workflow';
  return new Promise((resolve) => {
    let abort = (_reason: Error) => {};
    let sent = false;
    const done = (found: number | GatewayFailure) => {
      clearTimeout(alarm);
      resolve(found);
      abort(new Error('The test is over.'));
    };
    const alarm = setTimeout(() => done('upstream_timeout'), patience);
    agent.dispatch(
      {
        origin: target.origin,
        path: isWorkflow ? target.basePath || '/' : `${target.basePath}/models`,
        method: isWorkflow ? 'OPTIONS' : 'GET',
        headers: ['Accept', 'application/json', 'User-Agent', 'Latchkey', ...credentialFields(target, secret)],
        headersTimeout: patience,
      },
      {
        onRequestStart(controller) {
          sent = true;
          abort = (reason) => controller.abort(reason);
        },
        onResponseStart(_controller, status) {
          if (status >= 200) done(status);
        },
        onResponseError(_controller, error) {
          log().debug({ err: error, connection: target.slug }, 'a test of a connection failed');
          done(failureOf(error, sent));
        },
      },
    );
  });
}
