import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Reply } from '../http/problem';
import { securityFields, sendAndLinger } from '../http/send';
import { answer, identityFields, limitFields } from '../verification/answer';
import type { Verdict } from '../verification/authenticate';
import type { CredentialSource } from '../verification/credentials';
import type { RequestOrigin } from '../verification/tallies';
import { BodyRefused, lengthOf, openBody, readBody } from './body';
import { credentialFields, openProviderKey } from './credential';
import { failureReply, refusedBodyReply } from './failures';
import { headersForUpstream } from './headers';
import { keyForModel, maximumInspectedBytes, mayNameModel, modelOfBody, modelOfPath } from './models';
import { recordFailure, touchProviderKey } from './mutations';
import { relay } from './relay';
import { type GatewayFailure, providerKeyRefused } from './schema';
import type { SealedKey, Target } from './targets';
import { upstreams } from './upstream';

/** A request to the gateway. */
export type ConnectRequest = {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  path: string;
  source: CredentialSource;
  origin: RequestOrigin;
};

/** One that its key and its connection allow. */
export type AllowedRequest = ConnectRequest & {
  verdict: Extract<Verdict, { status: 'accepted' }>;
  target: Target;
  /** Of the path, after the slug. */
  rest: string;
  /** Milliseconds between two looks at whether the answer may go on. */
  period: number;
  /** The answer that ends it; null while it may go on. */
  reconsider: () => Promise<Reply | null>;
};

/** Calls the connection's upstream, and sends its answer or says why there is none. */
export async function call(allowed: AllowedRequest): Promise<void> {
  const { request, response, target, verdict, period, reconsider } = allowed;
  const record = (reason: GatewayFailure | typeof providerKeyRefused) =>
    recordFailure(target, verdict.key, allowed.origin.address, reason);
  const failed = (reason: GatewayFailure) => {
    record(reason);
    return answer(verdict, () => failureReply(reason, target.slug));
  };
  const refused = (reason: BodyRefused['reason']) =>
    answer(verdict, () => refusedBodyReply(reason, target.slug, sizeRule(allowed)));
  // Before the body, which is not left alone once it is being read.
  const agent = await upstreams();
  const chosen = await choose(allowed).catch((error: unknown) => {
    if (!(error instanceof BodyRefused)) throw error;
    sendAndLinger(request, response, refused(error.reason));
  });
  // Who went away meanwhile is not waited for by anybody.
  if (!chosen || response.destroyed) return;
  const { providerKey, body } = chosen;
  const opened = await openProviderKey(target, providerKey);
  if (opened.status === 'failed') return sendAndLinger(request, response, failed(opened.reason));
  if (providerKey) touchProviderKey(providerKey);
  const { secret } = opened;
  relay({
    upstreams: agent,
    ...{ request, response, target, body, secret, period, reconsider, failed, refused },
    method: allowed.method,
    path: pathOf(allowed),
    headers: headersOf(allowed, secret),
    fields: verdict.limit ? [...securityFields(), ...flat(limitFields(verdict.limit))] : securityFields(),
    keyRefused: () => record(providerKeyRefused),
  });
}

type Chosen = { providerKey: SealedKey | null; body: Buffer | Readable | null };

/** The provider key that the request is for, and its body. @throws BodyRefused */
async function choose({ request, response, target, rest }: AllowedRequest): Promise<Chosen> {
  const { sizeLimitInBytes, timeoutInMilliseconds, providerKey } = target;
  const length = lengthOf(request);
  if (length !== null && length > sizeLimitInBytes) throw new BodyRefused('too_large');
  if (!isInspected(request, target, rest)) {
    const body = await openBody(request, response, sizeLimitInBytes, timeoutInMilliseconds);
    const model = target.keysOfModels.size === 0 ? null : modelOfPath(rest);
    return { providerKey: model === null ? providerKey : keyForModel(target, model), body };
  }
  const limit = Math.min(sizeLimitInBytes, maximumInspectedBytes);
  if (length !== null && length > limit) throw new BodyRefused('too_large');
  const body = await readBody(request, response, limit, timeoutInMilliseconds);
  return { providerKey: keyForModel(target, modelOfBody(body)), body };
}

/** Whether the body says which provider key the request is for. */
function isInspected(request: IncomingMessage, { keysOfModels }: Target, rest: string): boolean {
  return keysOfModels.size > 0 && modelOfPath(rest) === null && lengthOf(request) !== 0 && mayNameModel(request);
}

function sizeRule({ request, target, rest }: AllowedRequest): string {
  const limit = target.sizeLimitInBytes;
  return limit > maximumInspectedBytes && isInspected(request, target, rest)
    ? 'at most 8 MiB where a model with a provider key of its own may be meant'
    : `at most ${limit / 1_000_000} MB`;
}

function pathOf({ target, rest, source }: AllowedRequest): string {
  const path = (target.kind === 'workflow' ? target.basePath : target.basePath + rest) || '/';
  return source.query === '' ? path : `${path}?${source.query}`;
}

function headersOf({ request, target, verdict }: AllowedRequest, secret: string | null): string[] {
  const length = lengthOf(request);
  return [
    ...headersForUpstream(request.rawHeaders, target.authHeader),
    // What is compressed could not be searched for the provider key.
    'Accept-Encoding',
    'identity',
    ...(length ? ['Content-Length', String(length)] : []),
    // Identifiers, which tell nobody else who a person is.
    ...flat(identityFields(verdict.key)),
    ...credentialFields(target, secret),
  ];
}

function flat(fields: Record<string, string>): string[] {
  return Object.entries(fields).flat();
}
