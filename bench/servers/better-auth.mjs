/**
 * better-auth's api-key plugin at its best: called in process, without its HTTP router. BENCH_STORAGE says where its keys are:
 * `database`, or `memory`, its secondary storage as a Map.
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { betterAuthOn, fillMemory } from './better-auth-options.mjs';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? '' });
const memory = process.env.BENCH_STORAGE === 'memory' ? await fillMemory(pool) : null;
const auth = betterAuthOn(pool, memory);

createServer(async ({ headers: { authorization = '' } }, response) => {
  const { valid, key } = await auth.api.verifyApiKey({ body: { key: authorization.slice('Bearer '.length) } });
  const body = JSON.stringify(valid ? { keyId: key?.id } : { type: 'invalid_credential' });
  response.writeHead(valid ? 200 : 401, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
