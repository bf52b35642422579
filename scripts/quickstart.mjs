/** npm run quickstart: from a fresh clone to a running Latchkey with the demo tenant; run again, it just starts. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { build, checkPlace, fail, install, required } from './steps.mjs';

checkPlace();
const port = Number(process.env.PORT || 3000);
const host = process.env.HOST || '127.0.0.1';
await checkPort();
await install();
await build();
await required('The demo could not be prepared; the reason is above.', 'Preparing the database', 'npm', [
  'run',
  '--silent',
  'db:seed',
  '--',
  '--only-if-empty',
]);
start();

/** Said before minutes of installing, not after. */
async function checkPort() {
  const probe = createServer();
  await new Promise((resolve) => {
    probe.once('error', () =>
      fail(`Port ${port} is taken by another program. Stop it, or choose another: PORT=3001 npm run quickstart`),
    );
    probe.listen(port, host, () => probe.close(resolve));
  });
}

function start() {
  const server = spawn(process.execPath, ['dist/server.mjs'], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  server.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    if (String(chunk).includes('Latchkey is ready at')) process.stdout.write(accounts);
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => server.kill(signal));
  server.on('exit', (code) => process.exit(code ?? 1));
}

const accounts = `
  Demo accounts, password latchkey-demo:
    admin@demo.test   admin and developer, with sample keys
    dana@demo.test    developer
    mia@demo.test     neither

  Stop with Ctrl+C. Your data stays in .latchkey/
`;
