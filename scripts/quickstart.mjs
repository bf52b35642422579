/** npm run quickstart: from a fresh clone to a running Latchkey with the demo tenant; run again, it just starts. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { build, checkPlace, fail, install, required } from './steps.mjs';

checkPlace();
if (existsSync('.env')) process.loadEnvFile('.env');
const port = Number(process.env.PORT || 3000);
const host = process.env.HOST || '127.0.0.1';
await checkPort();
await install();
await build();
const prepared = await required(
  'The demo could not be prepared; the reason is above.',
  'Preparing the database',
  'npm',
  ['run', '--silent', 'db:seed', '--', '--only-if-empty'],
);
start(prepared.includes('The demo tenant is'));

/** Said before minutes of installing, not after. */
async function checkPort() {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(`PORT=${process.env.PORT} is no port. Use a number from 1 to 65535.`);
  const probe = createServer();
  await new Promise((resolve) => {
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EADDRINUSE')
        fail(`Latchkey cannot listen on ${host}, port ${port} (${error.code}). Choose another HOST or PORT.`);
      fail(`Port ${port} is taken by another program. Stop it, or choose another: PORT=3001 npm run quickstart`);
    });
    probe.listen(port, host, () => probe.close(resolve));
  });
}

/** @param {boolean} demo whether the database holds the demo */
function start(demo) {
  const server = spawn(process.execPath, ['dist/server.mjs'], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  server.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    if (String(chunk).includes('Latchkey is ready at'))
      process.stdout.write(`${demo ? accounts : ''}\n  Stop with Ctrl+C. Your data stays.\n\n`);
  });
  // Ctrl+C reaches the server by itself, with everything else in the terminal's foreground.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  server.on('exit', (code) => process.exit(code ?? 1));
}

const accounts = `
  Demo accounts, password latchkey-demo:
    admin@demo.test   admin and developer, with sample keys
    dana@demo.test    developer
    mia@demo.test     neither
`;
