import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';

/**
 * Everything that costs time and is not asked of the others is off: its rate limit, its log, its telemetry.
 * @param {import('pg').Pool} pool
 * @param {Map<string, string> | null} memory the secondary storage; null: keys are in the database
 */
export function betterAuthOn(pool, memory) {
  return betterAuth({
    baseURL: 'http://127.0.0.1',
    secret: 'a secret that signs nothing in this comparison',
    database: pool,
    telemetry: { enabled: false },
    logger: { disabled: true },
    ...(memory ? { secondaryStorage: storageOf(memory) } : {}),
    plugins: [apiKey({ rateLimit: { enabled: false }, storage: memory ? 'secondary-storage' : 'database' })],
  });
}

/** @param {Map<string, string>} memory */
function storageOf(memory) {
  return {
    get: (/** @type {string} */ name) => memory.get(name) ?? null,
    set: (/** @type {string} */ name, /** @type {string} */ value) => void memory.set(name, value),
    delete: (/** @type {string} */ name) => void memory.delete(name),
  };
}

/**
 * What the plugin would have written into its secondary storage when it made the keys of the database.
 * @param {import('pg').Pool} pool @returns {Promise<Map<string, string>>}
 */
export async function fillMemory(pool) {
  const memory = new Map();
  const owned = new Map();
  const { rows } = await pool.query('SELECT * FROM apikey');
  for (const row of rows) {
    const stored = JSON.stringify(row);
    memory.set(`api-key:${row.key}`, stored);
    memory.set(`api-key:by-id:${row.id}`, stored);
    owned.set(row.referenceId, [...(owned.get(row.referenceId) ?? []), row.id]);
  }
  for (const [owner, ids] of owned) memory.set(`api-key:by-ref:${owner}`, JSON.stringify(ids));
  return memory;
}
