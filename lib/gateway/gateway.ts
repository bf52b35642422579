/** `ANY /api/v1/connect/{slug}/…`: the upstream of a connection, called with its provider key in place of the caller's. */
import { notFound, problem, type Reply } from '../http/problem';
import { send, sendAndLinger } from '../http/send';
import { answer } from '../verification/answer';
import { authenticate, reconsider } from '../verification/authenticate';
import type { KeyRow } from '../verification/rows';
import { type ConnectRequest, call } from './call';
import { refusalOfPath, splitPath } from './path';
import { findTarget, type Target } from './targets';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Milliseconds between two looks at whether an answer may go on. */
const defaultPeriod = 10_000;

/**
 * Answers a request to the gateway. The verdict is that of every other endpoint, with the connection's scopes; its look at
 * the database is also what says which connection and provider key are the present ones.
 * @param period milliseconds between two looks at whether an answer may go on
 */
export async function answerConnect(asked: ConnectRequest, period = defaultPeriod): Promise<void> {
  const { request, response, source, origin } = asked;
  const { slug, rest } = splitPath(asked.path);
  const sought = seek(slug);
  const verdict = await authenticate({ source, requiredScopes: sought.requiredScopes, origin });
  // Strangers are not waited for.
  if (verdict.status !== 'accepted') return send(request, response, answer(verdict, notFound));
  const reply = (ours: Reply) => {
    const whole = answer(verdict, () => ours);
    sendAndLinger(request, response, whole);
  };
  const target = sought.found();
  if (!target) return reply(unknownConnection());
  const refusal = refusalOf(target, asked, rest);
  if (refusal) return reply(refusal);
  return call({ ...asked, rest, verdict, target, period, reconsider: () => reconsiderReply(asked, slug) });
}

/** Looks a connection up while a verdict is being found, since the scopes that it demands are a part of it. */
function seek(slug: string) {
  let target: Target | null = null;
  const scopesOf = (found: Target | null) => {
    target = found;
    return found?.scopes ?? [];
  };
  return {
    requiredScopes(key: KeyRow, milliseconds: number) {
      const found = findTarget(key, slug, milliseconds);
      return found instanceof Promise ? found.then(scopesOf) : scopesOf(found);
    },
    found: () => target,
  };
}

/** The answer that ends an open stream: its key, or its connection, would not be accepted any more. */
async function reconsiderReply({ source }: ConnectRequest, slug: string): Promise<Reply | null> {
  const sought = seek(slug);
  const verdict = await reconsider({ source, requiredScopes: sought.requiredScopes });
  // Nobody knows: the next look decides.
  if (verdict.status === 'unavailable') return null;
  if (verdict.status !== 'accepted') return answer(verdict, notFound);
  return sought.found() ? null : unknownConnection();
}

/** The same for another tenant's connection as for none. */
function unknownConnection(): Reply {
  const detail = 'Your tenant has no connection with this slug.';
  return problem({ status: 404, type: 'unknown_connection', title: 'There is no such connection', detail });
}

const refusals = {
  notFound: { status: 404, type: 'not_found', title: 'Not found' },
  method: { status: 405, type: 'method_not_allowed', title: 'Method not allowed' },
  path: { status: 400, type: 'path_not_allowed', title: 'The path may not be called' },
};

function refusalOf({ kind, method, slug }: Target, asked: ConnectRequest, rest: string): Reply | null {
  const allowed = method === null ? methods : [method];
  if (kind === 'workflow' && rest !== '' && rest !== '/')
    return problem({ ...refusals.notFound, detail: `The connection ${slug} is a workflow: nothing is below it.` });
  if (!allowed.includes(asked.method))
    return problem(
      { ...refusals.method, detail: `The connection ${slug} takes ${allowed.join(', ')}.` },
      { Allow: allowed.join(', ') },
    );
  const detail = asked.source.query.includes('#') ? 'The query may not hold #.' : refusalOfPath(rest);
  return detail === null ? null : problem({ ...refusals.path, detail });
}
