/**
 * open-loop.ts <url> <file of headers> <requests a second> <seconds>: sends at a fixed rate, whether or not
 * earlier requests were answered, and prints what was measured as one line of JSON.
 *
 * A request's clock starts when it is due, not when a connection is free for it, so a server that stalls cannot hide the
 * requests that came meanwhile (coordinated omission). Timers wake a process to within a millisecond or two: that much
 * lateness is the generator's own and is not counted; whatever is later is.
 *
 * Each header is sent once before anything is measured, at the same rate: a service that calls so often did not begin to at
 * this moment.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { present } from './present';
import { percentile } from './statistics';

const [url = '', file = '', perSecond = '', seconds = ''] = process.argv.slice(2);
const timerLateness = 2;
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const interval = 1000 / Number(perSecond);
const lead = lines.length;
const total = lead + Math.round(Number(perSecond) * Number(seconds));

// Connections are made before the clock starts: services keep theirs.
await Promise.all(lines.slice(0, 32).map((line) => present(agent, url, line)));

const latencies: number[] = [];
let errors = 0;
let sent = 0;
let answered = 0;
const began = performance.now();
await new Promise<void>((resolve) => {
  const tick = () => {
    const now = performance.now();
    for (let due = began + sent * interval; due <= now && sent < total; due = began + sent * interval) {
      const start = now - due <= timerLateness ? now : due;
      const measured = sent >= lead;
      present(agent, url, lines[sent++ % lines.length] as string).then((status) => {
        if (measured) latencies.push(performance.now() - start);
        if (status !== 200) errors++;
        if (++answered === total) resolve();
      });
    }
    if (sent < total) setTimeout(tick, 1);
  };
  tick();
});
agent.destroy();
const measured = {
  requestsPerSecond: total / ((performance.now() - began) / 1000),
  p50: percentile(latencies, 0.5),
  p99: percentile(latencies, 0.99),
  errors,
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
