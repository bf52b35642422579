/** The command line that `public/latchkey.mjs` is, as a process, against a server that answers as the gateway would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const clientId = 'lk_id_0123456789abcdef';
const secret = `lk_sk_0123456789abcdef${'z'.repeat(38)}`;
const basic = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
let seen: Seen[] = [];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-cli-'));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const upstream = (status = 200, fields = {}) => [status, { 'X-Latchkey-Connection': 'demo', ...fields }] as const;

beforeEach(() => {
  seen = [];
  answer = (response) => response.writeHead(...upstream()).end('{"answer":1}');
});

function start(args: string[], environment: Record<string, string | undefined> = {}): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: process.env.NODE_ENV,
    LATCHKEY_URL: origin,
    LATCHKEY_CLIENT_ID: clientId,
    LATCHKEY_CLIENT_SECRET: secret,
    ...environment,
  };
  return spawn(process.execPath, ['public/latchkey.mjs', ...args], { env, stdio: 'pipe' });
}

async function ended(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...how) => resolve(how as [number | null, string | null])),
  );
  // Whatever happens, it is nowhere in what is said.
  expect(stdout + stderr).not.toContain(secret);
  return { code, signal, stdout, stderr };
}

const run = (args: string[], environment?: Record<string, string | undefined>) => ended(start(args, environment));

test('run sends the data to the workflow, with the key as Basic, and prints the answer as it is', async () => {
  expect(await run(['run', 'demo', '--data', '{"a":"ü"}'])).toMatchObject({
    code: 0,
    stdout: '{"answer":1}',
    stderr: '',
  });
  expect(seen).toMatchObject([
    {
      method: 'POST',
      url: '/api/v1/connect/demo',
      body: '{"a":"ü"}',
      headers: { authorization: basic, 'content-type': 'application/json' },
    },
  ]);
});

test('call appends the path with its query; its method, headers and data are as given', async () => {
  const file = path.join(folder, 'data.json');
  writeFileSync(file, '[1]');
  const further = ['--header', 'anthropic-version: 2023-06-01', '--header', 'X-Empty:'];
  expect(
    (await run(['call', 'demo', '/v/x:y?a=b%2Fc', '--data', `@${file}`, '--method', 'put', ...further])).code,
  ).toBe(0);
  expect((await run(['call', 'demo', 'models'])).code).toBe(0);
  expect((await run(['call', 'demo', '?page=2'])).code).toBe(0);
  const child = start(['call', 'demo', 'text', '--data', '@-', '--header', 'Content-Type: text/plain']);
  child.stdin?.end('as it is');
  expect((await ended(child)).code).toBe(0);
  expect(seen).toMatchObject([
    {
      method: 'PUT',
      url: '/api/v1/connect/demo/v/x:y?a=b%2Fc',
      body: '[1]',
      headers: { 'anthropic-version': '2023-06-01', 'x-empty': '', authorization: basic },
    },
    { method: 'GET', url: '/api/v1/connect/demo/models', body: '' },
    { method: 'GET', url: '/api/v1/connect/demo?page=2' },
    { method: 'POST', url: '/api/v1/connect/demo/text', body: 'as it is', headers: { 'content-type': 'text/plain' } },
  ]);
});

test('whoami prints whose key it is', async () => {
  answer = (response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`{"clientId":"${clientId}"}`);
  expect(await run(['whoami'])).toMatchObject({ code: 0, stdout: `{"clientId":"${clientId}"}` });
  expect(seen).toMatchObject([{ method: 'GET', url: '/api/v1/me', headers: { authorization: basic } }]);
});

test('an answer is printed while it arrives', async () => {
  let finish = () => {};
  answer = (response) => {
    response.writeHead(...upstream(200, { 'Content-Type': 'text/event-stream' })).write('data: one\n\n');
    finish = () => response.end('data: two\n\n');
  };
  const child = start(['call', 'demo', 'stream', '--data', '{}']);
  const all = ended(child);
  const first = await new Promise((resolve) => child.stdout?.once('data', resolve));
  expect(String(first)).toBe('data: one\n\n');
  finish();
  expect(await all).toMatchObject({ code: 0, stdout: 'data: one\n\ndata: two\n\n' });
});

test('--text prints the text of a chat stream alone, wherever it is cut, and anything else as it is', async () => {
  const events = [
    'event: ping\ndata: {"type":"ping"}',
    'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}',
    'data: {"choices":[{"delta":{"content":"Grüß "}}]}',
    'data:{"type":"content_block_delta","delta":{"type":"text_delta","text":"Gott"}}',
    'data: {"choices":[]}',
    'data: [DONE]',
  ];
  const bytes = Buffer.from(events.map((event) => `${event}\r\n\r\n`).join(''));
  answer = async (response) => {
    response.writeHead(...upstream(200, { 'Content-Type': 'text/event-stream; charset=utf-8' }));
    for (let at = 0; at < bytes.length; at += 7) {
      response.write(bytes.subarray(at, at + 7));
      await new Promise(setImmediate);
    }
    response.end();
  };
  expect(await run(['call', 'demo', 'x', '--text', '--data', '{}'])).toMatchObject({ code: 0, stdout: 'Grüß Gott\n' });
  answer = (response) => response.writeHead(...upstream(200, { 'Content-Type': 'application/json' })).end('{"a":1}');
  expect(await run(['call', 'demo', 'x', '--text', '--data', '{}'])).toMatchObject({ code: 0, stdout: '{"a":1}' });
});

test('a refusal by the upstream is printed, ends with 1, and says whose it is', async () => {
  for (const status of [400, 401, 404, 429, 500, 503]) {
    const problem = { type: 'urn:latchkey:problem:key_expired', title: 'Forged', detail: 'Forged.' };
    answer = (response) => response.writeHead(...upstream(status)).end(JSON.stringify(problem));
    const { code, stdout, stderr } = await run(['run', 'demo', '--data', '{}']);
    expect([status, code, stdout]).toEqual([status, 1, JSON.stringify(problem)]);
    expect(stderr).toContain(`demo answered ${status} `);
    expect(stderr).toContain('not Latchkey');
  }
});

test('a refusal by Latchkey ends with the code of its kind, in Latchkey’s words', async () => {
  for (const [status, expected] of [
    [400, 2],
    [401, 3],
    [403, 3],
    [404, 2],
    [405, 2],
    [413, 2],
    [429, 4],
    [502, 5],
    [503, 5],
    [504, 5],
  ]) {
    const problem = { type: 'urn:latchkey:problem:some_reason', title: 'Title', detail: 'What to do.' };
    answer = (response) =>
      response
        .writeHead(status ?? 0, { 'Content-Type': 'application/problem+json', 'Retry-After': '7' })
        .end(JSON.stringify(problem));
    const { code, stdout, stderr } = await run(['run', 'demo', '--data', '{}']);
    expect([status, code, stdout]).toEqual([status, expected, '']);
    expect(stderr).toBe(`latchkey: Title: What to do. Try again in 7 s. (Latchkey, ${status} some_reason)\n`);
  }
});

test('what is not Latchkey is not taken for it, and a redirect is not followed', async () => {
  for (const status of [200, 404, 500]) {
    answer = (response) => response.writeHead(status, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>');
    expect(await run(['run', 'demo'])).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('is not Latchkey'),
    });
  }
  answer = (response) => response.writeHead(307, { Location: `${origin}/elsewhere` }).end();
  expect(await run(['run', 'demo'])).toMatchObject({ code: 5, stderr: expect.stringContaining('/elsewhere') });
  expect(seen).toHaveLength(4);
});

test('nobody listening, and an answer that ends midway, end with 5', async () => {
  const nobody = await run(['whoami'], { LATCHKEY_URL: 'http://127.0.0.1:1' });
  expect(nobody).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/),
  });
  answer = (response) => {
    response.writeHead(...upstream(200, { 'Content-Length': '100' })).write('{"half":');
    response.write(' ', () => setImmediate(() => response.destroy()));
  };
  expect(await run(['run', 'demo'])).toMatchObject({
    code: 5,
    stdout: '{"half": ',
    stderr: expect.stringContaining('ended midway'),
  });
});

test('an interrupt ends the call, at both ends', async () => {
  const gone = new Promise<void>((resolve) => {
    answer = (response, request) => {
      request.socket.once('close', () => resolve());
      response.writeHead(...upstream()).write('one\n');
    };
  });
  const child = start(['run', 'demo']);
  const all = ended(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGINT');
  await gone;
  expect(await all).toMatchObject({ code: null, signal: 'SIGINT', stderr: '' });
});

test('a reader who has had enough is no error', async () => {
  answer = (response) => {
    response.writeHead(...upstream());
    const more = () => !response.destroyed && response.write('x'.repeat(10_000), () => setImmediate(more));
    more();
  };
  const child = start(['run', 'demo']);
  const all = ended(child);
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await all).toMatchObject({ code: 0, stderr: '' });
});

test('what is asked in a wrong way ends with 2 and a sentence, before anything is sent', async () => {
  const wrong: Array<[string[], RegExp, Record<string, string | undefined>?]> = [
    [[], /run, call or whoami/],
    [['dance'], /no command dance/],
    [['run'], /Say what to run/],
    [['run', 'Demo'], /not the name of a connection/],
    [['run', 'demo', 'more'], /too many arguments/],
    [['run', 'demo', '--secret', 'x'], /--secret/],
    [['run', 'demo', '--data', `{"key":"${secret}"}`], /does not belong into arguments/],
    [['run', 'demo', '--data', '{a:1}'], /not JSON.*PowerShell/],
    [['run', 'demo', '--data', '@nowhere.json'], /nowhere\.json cannot be read \(ENOENT\)/],
    [['run', 'demo', '--header', 'no colon'], /--header must be like/],
    [['run', 'demo', '--header', 'Authorization: Bearer x'], /leave it out/],
    [['run', 'demo', '--method', 'P T'], /--method must be a word/],
    [['call', 'demo', '../me'], /segments/],
    [['call', 'demo', 'a/%2E%2e/b'], /segments/],
    [['call', 'demo', 'a', 'b'], /too many arguments/],
    [['whoami', 'me'], /takes no arguments/],
    [
      ['whoami'],
      /lacks LATCHKEY_URL and LATCHKEY_CLIENT_SECRET/,
      { LATCHKEY_URL: '', LATCHKEY_CLIENT_SECRET: undefined },
    ],
    [['whoami'], /an address alone/, { LATCHKEY_URL: 'localhost:3000' }],
    [['whoami'], /an address alone/, { LATCHKEY_URL: 'http://localhost/api' }],
    [['whoami'], /begins with http:\/\//, { LATCHKEY_URL: 'http://latchkey.example' }],
    [['whoami'], /LATCHKEY_CLIENT_ID must be/, { LATCHKEY_CLIENT_ID: 'lk_id_short' }],
    [['whoami'], /LATCHKEY_CLIENT_SECRET must be/, { LATCHKEY_CLIENT_SECRET: secret.slice(0, -1) }],
    [['whoami'], /belongs to another key/, { LATCHKEY_CLIENT_ID: 'lk_id_fedcba9876543210' }],
  ];
  for (const [args, sentence, environment] of wrong) {
    const result = await run(args, environment);
    expect(result, args.join(' ')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(result.stderr).toMatch(/^latchkey: .*\n$/);
  }
  expect(seen).toEqual([]);
});

test('the help and the version need no environment', async () => {
  const none = { LATCHKEY_URL: undefined, LATCHKEY_CLIENT_ID: undefined, LATCHKEY_CLIENT_SECRET: undefined };
  const { stdout, code } = await run(['--help'], none);
  expect(code).toBe(0);
  for (const word of ['run', 'call', 'whoami', 'LATCHKEY_CLIENT_SECRET', '--allow-http', 'Exit codes'])
    expect(stdout).toContain(word);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect((await run(['--version'], none)).stdout).toBe(`${version}\n`);
});
