import { verificationDeadline } from '../db/connection';
import { isKept, statusOf } from '../keys/status';
import { log } from '../log';
import { type CredentialSource, parseCredential } from './credentials';
import { openFlights, TooLate } from './flights';
import { isDue, isNearlyDue, lastUseOf, writeAhead, writeLastUse } from './last-used';
import { type RateLimitState, takeFromRateLimit } from './rate-limit';
import { BehindPrimary, type Found, type KeyRow, readRows } from './rows';
import { matchSecret, type SecretMatch } from './secret-match';
import type { RequestOrigin } from './tallies';
import { countRequest } from './usage';

/** Why a caller who has the correct secret is refused. */
export type KnownRefusal = 'key_revoked' | 'key_expired' | 'key_inactive' | 'api_keys_disabled' | 'owner_disabled';

export type Verdict =
  | { status: 'accepted'; key: KeyRow; limit: RateLimitState | null }
  | { status: 'refused'; reason: 'no_credential' | 'invalid_credential' | KnownRefusal }
  | { status: 'refused'; reason: 'malformed_credential'; detail: string }
  /** The key lacks these scopes. */
  | { status: 'forbidden'; missing: string[]; limit: RateLimitState | null }
  | { status: 'limited'; limit: RateLimitState }
  /** The database did not answer in time, or must not be believed. */
  | { status: 'unavailable' };

type Scopes = readonly string[];

/** A request as a verdict sees it. */
export type Asked = {
  source: CredentialSource;
  /**
   * Scopes that the key must hold, all of them. Where they depend on whose key it is, a function: it is asked when secret
   * and status are accepted, of the row as it is now, and within how many milliseconds it has to answer.
   */
  requiredScopes: readonly string[] | ((key: KeyRow, milliseconds: number) => Scopes | Promise<Scopes>);
  origin: RequestOrigin;
};

const look = openFlights(readRows);

/**
 * Decides about one request.
 *
 * Zero staleness: the verdict rests on a look at the database that began after the request arrived, on a writable primary
 * (flights.ts and rows.ts say how requests share it). So a change that was acknowledged before the request started is
 * always seen. Time is the database's.
 *
 * Everything together has one deadline of 900 ms; after it the verdict is `unavailable`, never a refusal.
 */
export function authenticate(asked: Asked): Promise<Verdict> {
  const arrived = performance.now();
  const parsed = parseCredential(asked.source);
  switch (parsed.status) {
    case 'missing':
      return Promise.resolve({ status: 'refused', reason: 'no_credential' });
    case 'malformed':
      return Promise.resolve({ status: 'refused', reason: 'malformed_credential', detail: parsed.detail });
    case 'presented': {
      const { clientId, secret } = parsed.credential;
      return look(clientId, verificationDeadline)
        .then((found) => decide(asked, arrived, clientId, secret, found))
        .catch(undecided);
    }
  }
}

function undecided(error: unknown): Verdict {
  if (error instanceof TooLate || error instanceof BehindPrimary) log().warn(error.message);
  else log().error({ err: error }, 'a verification could not be decided');
  return { status: 'unavailable' };
}

// Most requests need nothing further of the database or of Redis, and then it takes no promise to decide.
function decide(
  asked: Asked,
  arrived: number,
  clientId: string,
  secret: string,
  { row, now }: Found,
): Verdict | Promise<Verdict> {
  const match = matchSecret(row, clientId, secret, now);
  if (!row) return { status: 'refused', reason: 'invalid_credential' };
  const reason = match ? refusalOf(row, now) : 'invalid_credential';
  if (!match || reason) return refuse(row, reason ?? 'invalid_credential', asked, now);
  const required = requiredOf(asked, row, arrived);
  return required instanceof Promise
    ? required.then((scopes) => decideScopes(row, match, scopes, asked, arrived, now))
    : decideScopes(row, match, required, asked, arrived, now);
}

function requiredOf(
  { requiredScopes }: Pick<Asked, 'requiredScopes'>,
  row: KeyRow,
  arrived: number,
): Scopes | Promise<Scopes> {
  return typeof requiredScopes === 'function' ? requiredScopes(row, timeLeft(arrived)) : requiredScopes;
}

function timeLeft(arrived: number): number {
  return arrived + verificationDeadline - performance.now();
}

function refuse(row: KeyRow, reason: 'invalid_credential' | KnownRefusal, asked: Asked, now: Date): Verdict {
  countRequest(row, reason, asked.origin, now);
  return { status: 'refused', reason };
}

function decideScopes(
  row: KeyRow,
  match: SecretMatch,
  required: Scopes,
  asked: Asked,
  arrived: number,
  now: Date,
): Verdict | Promise<Verdict> {
  const missing = missingScopes(row, required);
  if (row.rateLimitPerMinute === null && !isDue(row, match, missing, now))
    return conclude(row, match, missing, null, asked, now);
  return decideSlowly(row, match, missing, row.rateLimitPerMinute, asked, arrived, now);
}

async function decideSlowly(
  row: KeyRow,
  match: SecretMatch,
  missing: string[],
  rateLimitPerMinute: number | null,
  asked: Asked,
  arrived: number,
  now: Date,
): Promise<Verdict> {
  // Only whoever has the secret uses the limit up: nobody else can lock a key out.
  const limit = rateLimitPerMinute === null ? null : await takeFromRateLimit(row.keyId, rateLimitPerMinute);
  if (limit?.exceeded) {
    countRequest(row, 'rate_limited', asked.origin, now);
    return { status: 'limited', limit };
  }
  if (isDue(row, match, missing, now)) await writeLastUse(lastUseOf(row, match, missing, now), timeLeft(arrived));
  return conclude(row, match, missing, limit, asked, now);
}

function conclude(
  row: KeyRow,
  match: SecretMatch,
  missing: string[],
  limit: RateLimitState | null,
  asked: Asked,
  now: Date,
): Verdict {
  if (isNearlyDue(row, now)) writeAhead(lastUseOf(row, match, missing, now));
  if (missing.length > 0) {
    countRequest(row, 'insufficient_scope', asked.origin, now);
    return { status: 'forbidden', missing, limit };
  }
  countRequest(row, match === 'current' ? 'accepted' : 'accepted_previous', asked.origin, now);
  return { status: 'accepted', key: row, limit };
}

function missingScopes({ scopes }: KeyRow, required: Scopes): string[] {
  // The same empty list for most: nothing to clean up after it.
  return required.length === 0 ? none : required.filter((scope) => !scopes.includes(scope));
}

const none: string[] = [];

/**
 * What the verdict would be now about a request that was accepted and is still being answered. Counted nowhere: it is no
 * further request, and takes nothing from the key's limit.
 */
export async function reconsider(asked: Omit<Asked, 'origin'>): Promise<Verdict> {
  const arrived = performance.now();
  const parsed = parseCredential(asked.source);
  if (parsed.status !== 'presented') return { status: 'refused', reason: 'no_credential' };
  const { clientId, secret } = parsed.credential;
  try {
    const { row, now } = await look(clientId, verificationDeadline);
    const match = matchSecret(row, clientId, secret, now);
    if (!row || !match) return { status: 'refused', reason: 'invalid_credential' };
    const reason = refusalOf(row, now);
    if (reason) return { status: 'refused', reason };
    const missing = missingScopes(row, await requiredOf(asked, row, arrived));
    return missing.length > 0
      ? { status: 'forbidden', missing, limit: null }
      : { status: 'accepted', key: row, limit: null };
  } catch (error) {
    return undecided(error);
  }
}

/** Only for callers who proved that they have the secret. */
function refusalOf(row: KeyRow, now: Date): KnownRefusal | null {
  switch (statusOf(row, now)) {
    case 'Revoked':
      return 'key_revoked';
    case 'Expired':
      return 'key_expired';
    case 'Inactive':
      return 'key_inactive';
    case 'Active':
      if (!row.apiKeysEnabled) return 'api_keys_disabled';
      return row.ownerDisabledAt && !isKept(row, now) ? 'owner_disabled' : null;
  }
}
