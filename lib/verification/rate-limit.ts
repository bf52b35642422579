import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { env } from '../env';
import { log } from '../log';

/** A key's limit after the request was counted. */
export type RateLimitState = {
  exceeded: boolean;
  /** Requests per minute. */
  limit: number;
  /** Requests left in this minute. */
  remaining: number;
  /** Seconds until the minute is over, rounded up. */
  resetInSeconds: number;
};

type Limiter = { consume(key: string): Promise<RateLimiterRes> };

// The policy's number is compared here, so that a new one holds at once and for the minute that has begun.
const settings = { points: Number.MAX_SAFE_INTEGER, duration: 60, keyPrefix: 'latchkey' };

let opened: Promise<Limiter> | undefined;
let close: () => void = () => {};

/** Counts one request of the key's, in a fixed window of a minute that begins with its first request. */
export async function takeFromRateLimit(keyId: string, limit: number): Promise<RateLimitState> {
  opened ??= open(env().redisUrl);
  const { consumedPoints, msBeforeNext } = await (await opened).consume(keyId);
  return {
    exceeded: consumedPoints > limit,
    limit,
    remaining: Math.max(0, limit - consumedPoints),
    resetInSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  };
}

/** Ends the connection to Redis, so that the process can leave. */
export function closeRateLimits(): void {
  close();
  opened = undefined;
}

/** In this process's memory, or, for several processes, in Redis or Valkey. */
async function open(redisUrl: string | undefined): Promise<Limiter> {
  const memory = new RateLimiterMemory(settings);
  if (!redisUrl) return memory;
  const { Redis } = await import('ioredis');
  const client = new Redis(redisUrl, {
    // A request waits for Redis no longer than this; then it is counted here, as if there were no Redis.
    commandTimeout: 200,
    connectTimeout: 500,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  });
  let reported = '';
  client.on('ready', () => {
    reported = '';
  });
  client.on('error', (error: Error) => {
    if (error.message !== reported) log().warn({ error: error.message }, 'rate limits are counted without Redis');
    reported = error.message;
  });
  close = () => client.disconnect();
  // So that the first requests are counted together, too.
  await new Promise<void>((resolve) => client.once('ready', resolve).once('error', () => resolve()));
  return new RateLimiterRedis({
    ...settings,
    storeClient: client,
    insuranceLimiter: memory,
    rejectIfRedisNotReady: true,
  });
}
