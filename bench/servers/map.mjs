/** The ceiling without a database: SHA-256 of the secret, looked up in memory. Nothing of it survives a restart or is shared. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const secrets = readFileSync(process.env.BENCH_SECRETS ?? '', 'utf8')
  .trimEnd()
  .split('\n');
const clientIds = new Map(secrets.map((secret) => [hash('sha256', secret), `lk_id_${secret.slice(6, 22)}`]));

createServer(({ headers: { authorization = '' } }, response) => {
  const clientId = authorization.startsWith('Bearer ') && clientIds.get(hash('sha256', authorization.slice(7)));
  const body = JSON.stringify(clientId ? { clientId } : { type: 'invalid_credential' });
  response.writeHead(clientId ? 200 : 401, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
