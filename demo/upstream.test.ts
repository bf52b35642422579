/** The demo's upstreams, as a process; what stands between them and a caller is tested elsewhere. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemoUpstreams } from '../e2e/demo-upstreams';
import { freePort } from '../tests/support/free-port';

let upstreams: Awaited<ReturnType<typeof startDemoUpstreams>>;
const workflowKey = { authorization: 'Bearer demo-workflow-key', 'content-type': 'application/json' };
const key = { authorization: 'Bearer demo-provider-key', 'content-type': 'application/json' };

beforeAll(async () => {
  upstreams = await startDemoUpstreams();
});
afterAll(() => upstreams.stop());

const ask = (body: unknown, headers: Record<string, string> = key) =>
  fetch(`${upstreams.llmUrl}/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) });
const messages = [{ role: 'user', content: 'Good morning' }];

test('only its own key opens the provider, and only its own the workflow', async () => {
  for (const headers of [{}, { authorization: 'Bearer demo-provider-keys' }, { authorization: 'demo-provider-key' }]) {
    const refused = await ask({ model: 'demo', messages }, headers as Record<string, string>);
    expect([refused.status, (await refused.json()).error.code]).toEqual([401, 'invalid_api_key']);
    for (const given of [headers as Record<string, string>, key]) {
      expect((await fetch(upstreams.workflowUrl, { method: 'POST', headers: given, body: '{}' })).status).toBe(401);
    }
  }
});

test('it names its model, answers whole, and says what is wrong as OpenAI would', async () => {
  const models = await (await fetch(`${upstreams.llmUrl}/models`, { headers: key })).json();
  expect(models.data).toMatchObject([{ id: 'demo' }]);
  const whole = await (await ask({ model: 'demo', messages })).json();
  expect(whole.choices[0].message.content).toContain('You said: “Good morning”.');
  expect(whole.choices[0].finish_reason).toBe('stop');
  const other = await ask({ model: 'other', messages });
  expect([other.status, (await other.json()).error.code]).toEqual([404, 'model_not_found']);
  expect((await ask({ model: 'demo' })).status).toBe(400);
  expect((await fetch(`${upstreams.llmUrl}/nowhere`, { headers: key })).status).toBe(404);
});

test('it streams word by word, to the end that clients wait for', async () => {
  const response = await ask({ model: 'demo', messages, stream: true });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const chunks: string[] = [];
  for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString());
  expect(chunks.length).toBeGreaterThan(5);
  const events = chunks.join('').trim().split('\n\n');
  expect(events.pop()).toBe('data: [DONE]');
  const deltas = events.map((event) => JSON.parse(event.replace('data: ', '')).choices[0]);
  expect(deltas.at(-1).finish_reason).toBe('stop');
  expect(deltas.map(({ delta }) => delta.content ?? '').join('')).toContain('“Good morning”');
});

test('the workflow says what it got and who called', async () => {
  const headers = { ...workflowKey, 'x-latchkey-client-id': 'lk_id_x', 'x-latchkey-tenant': 'demo' };
  const answer = await fetch(upstreams.workflowUrl, { method: 'PUT', headers, body: '{"a":[1]}' });
  expect(await answer.json()).toMatchObject({
    method: 'PUT',
    received: { a: [1] },
    caller: { 'client-id': 'lk_id_x', tenant: 'demo' },
  });
});

test('they say why they do not start: in production, without a port, on one that is taken', async () => {
  const port = await freePort();
  const blocker = createServer().listen(port, '127.0.0.1');
  const start = (settings: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const { PATH = '' } = process.env;
      const env = { PATH, NODE_ENV: 'development' as const, LATCHKEY_DEMO_LLM_PORT: String(port), ...settings };
      const child = spawn(process.execPath, ['--import', 'tsx', 'demo/upstream.ts'], { env });
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      child.once('close', (code) => resolve(`${code} ${said}`));
    });
  try {
    expect(await start({ NODE_ENV: 'production' })).toMatch(/^1 .*do not start with NODE_ENV=production/);
    expect(await start({})).toMatch(/^1 .*LATCHKEY_DEMO_WORKFLOW_PORT must be a port/);
    const taken = start({ LATCHKEY_DEMO_WORKFLOW_PORT: String(await freePort()) });
    expect(await taken).toMatch(/^1 Port \d+ is taken by another program.*LATCHKEY_DEMO_LLM_PORT/);
  } finally {
    blocker.close();
  }
});
