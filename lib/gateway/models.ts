import type { IncomingMessage } from 'node:http';
import type { SealedKey, Target } from './targets';

/** A body that has to be looked at is held in memory. */
export const maximumInspectedBytes = 8 * 1024 * 1024;

/** The model that a path names, as Google's `models/<name>:method` and Azure's `deployments/<name>/…` do; null: none. */
export function modelOfPath(rest: string): string | null {
  const name = /\/(?:models|deployments)\/([^/:]+)/.exec(rest)?.[1];
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/**
 * The model that a JSON body names; null: none. Where it names two, the last one counts, as JSON.parse has it. An upstream
 * that reads the first would be called with the other model's key: both are the tenant's, so nobody gains by it.
 */
export function modelOfBody(body: Buffer): string | null {
  try {
    const { model } = Object(JSON.parse(body.toString('utf8'))) as { model?: unknown };
    return typeof model === 'string' ? model : null;
  } catch {
    return null;
  }
}

/** Whether a body may be JSON that names a model. Files are no such, and may be larger than what is looked at. */
export function mayNameModel({ headers }: IncomingMessage): boolean {
  return !/^\s*(?:multipart|audio|image|video)\/|^\s*application\/octet-stream/i.test(headers['content-type'] ?? '');
}

/** The provider key for a model: its own, also where that was deleted (null), or the connection's. */
export function keyForModel({ keysOfModels, providerKey }: Target, model: string | null): SealedKey | null {
  const own = model === null ? undefined : keysOfModels.get(model);
  return own === undefined ? providerKey : own;
}
