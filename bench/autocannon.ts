/** autocannon.ts <url> <file of headers> <connections> <seconds>: the same as wrk.lua, where wrk is missing. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { headersOf } from './present';

const [url = '', file = '', connections = '', seconds = ''] = process.argv.slice(2);
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: lines.map((line) => ({ headers: headersOf(line) })),
});
const measured = {
  requestsPerSecond: result.requests.total / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  errors: result.errors + result.timeouts + result.non2xx,
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
