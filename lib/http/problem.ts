import { randomUUID } from 'node:crypto';

/** A response on plain objects, without web Request and Response: they alone would cost half of the speed. */
export type Reply = { status: number; headers: Record<string, string>; body: string };

export type Problem = { status: number; type: string; title: string; detail: string };

/** An RFC 9457 problem. `type` is stable and ours; nothing in it depends on what the caller must not learn. */
export function problem({ status, type, title, detail }: Problem, headers: Record<string, string> = {}): Reply {
  const requestId = randomUUID();
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...headers,
    },
    body: JSON.stringify({ type: `urn:latchkey:problem:${type}`, title, status, detail, requestId }),
  };
}

export function notFound(): Reply {
  return problem({ status: 404, type: 'not_found', title: 'Not found', detail: 'There is no such endpoint.' });
}
