import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type CalledConnection, type CommandRequest, callCommand, downloadCommand, setSecretCommand } from './commands';

const clientId = 'lk_id_0123456789abcdef';
const llm: CalledConnection = {
  slug: 'demo-llm',
  kind: 'llm_provider',
  url: 'http://127.0.0.1:4010/v1',
  method: null,
  authStyle: 'bearer',
  authHeader: '',
};
const workflow: CalledConnection = { ...llm, slug: 'demo-workflow', kind: 'workflow', method: 'POST' };

const request = (connection: CalledConnection | null, model = ''): CommandRequest => ({
  origin: 'http://localhost:3000',
  clientId,
  connection,
  model,
});

/** What a program gets from bash: its arguments, with the command's name replaced by one that prints them. */
function argumentsIn(command: string, program: string): string[] {
  const script = `${program}() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${command}`;
  const env = { PATH: process.env.PATH, LATCHKEY_CLIENT_SECRET: 'the secret', NODE_ENV: process.env.NODE_ENV };
  return execFileSync('bash', ['-euc', script], { env }).toString().split('\0').slice(0, -1);
}

/** Its only body, as PowerShell pipes it: what stands between the marks of the here-string. */
function hereString(command: string): string {
  const match = /^(?:\$env:.*\n)*@'\n([\s\S]*?)\n'@ \| /.exec(command);
  if (!match?.[1]) throw new Error(`There is no here-string in ${command}`);
  return match[1];
}

const tricky = [
  `it's "quoted"`,
  "'@",
  '$HOME `id` $(id)',
  'back\\slash',
  'ünïcödé ‘typographic’',
  '–dash',
  '%PATH%',
  ';&|<>',
];

describe('bash', () => {
  test.each(tricky)('a model named %s arrives as it is, by curl and by the command line', (model) => {
    for (const [surface, program, option] of [
      ['rest', 'curl', '--data-binary'],
      ['cli', 'node', '--data'],
    ] as const) {
      const words = argumentsIn(callCommand(request(llm, model), surface, 'bash'), program);
      const body = JSON.parse(words[words.indexOf(option) + 1] ?? '');
      expect(body).toEqual({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] });
    }
  });

  test('curl gets the address, and the key with the secret from the environment', () => {
    const words = argumentsIn(callCommand(request(workflow), 'rest', 'bash'), 'curl');
    expect(words).toContain('http://localhost:3000/api/v1/connect/demo-workflow');
    expect(words[words.indexOf('--user') + 1]).toBe(`${clientId}:the secret`);
  });
});

describe('PowerShell', () => {
  test.each(tricky)('a model named %s cannot leave its here-string, and is ASCII there', (model) => {
    for (const surface of ['rest', 'cli'] as const) {
      const command = callCommand(request(llm, model), surface, 'powershell');
      expect(command).toMatch(/^[\n\x20-\x7e]*$/);
      const text = hereString(command);
      expect(JSON.parse(text).model).toBe(model);
      expect(text.split('\n').some((line) => line.startsWith("'@"))).toBe(false);
      expect(command.split(text)[1]).not.toContain('"model"');
    }
  });

  test('programs get no quotation marks in their arguments, and a line goes on after nothing but a backtick', () => {
    for (const connection of [null, llm, workflow, { ...llm, url: 'https://api.anthropic.com/v1' }]) {
      for (const surface of ['rest', 'cli'] as const) {
        const command = callCommand(request(connection), surface, 'powershell').replace(/^@'[\s\S]*\n'@/m, '');
        for (const literal of command.match(/'[^']*'/g) ?? []) expect(literal).not.toContain('"');
        expect(command).not.toMatch(/[^ ]`|` \n|\\$/m);
        expect(command).not.toMatch(/(^|[^.\w])curl /);
      }
    }
    const set = callCommand(request(null), 'cli', 'powershell').split('\n').slice(0, -1);
    expect(set).toEqual([`$env:LATCHKEY_URL = 'http://localhost:3000'`, `$env:LATCHKEY_CLIENT_ID = '${clientId}'`]);
    expect(downloadCommand('http://localhost:3000', 'powershell')).toBe(
      'curl.exe -O http://localhost:3000/latchkey.mjs',
    );
    expect(setSecretCommand('powershell')).toContain('-AsSecureString');
  });
});

test('no command holds a secret, and every call reads it from the environment', () => {
  for (const connection of [null, llm, workflow]) {
    for (const shell of ['bash', 'powershell'] as const) {
      expect(callCommand(request(connection), 'rest', shell)).toContain('LATCHKEY_CLIENT_SECRET');
      expect(callCommand(request(connection), 'cli', shell)).not.toContain('SECRET');
    }
  }
});

describe('the first call', () => {
  const of = (connection: CalledConnection | null, surface: 'rest' | 'cli' = 'rest') =>
    callCommand(request(connection), surface, 'bash');

  test('asks the plain API who is calling', () => {
    expect(of(null)).toContain('/api/v1/me');
    expect(of(null, 'cli')).toMatch(/\nnode latchkey\.mjs whoami$/);
  });

  test('speaks as the provider does', () => {
    expect(of(llm)).toContain('/connect/demo-llm/chat/completions');
    const anthropic = of({ ...llm, url: 'https://proxy.example/v1', authStyle: 'x_api_key' });
    expect(anthropic).toMatch(/\/connect\/demo-llm\/messages[\s\S]*anthropic-version[\s\S]*"max_tokens"/);
    const gemini = of({ ...llm, url: 'https://generativelanguage.googleapis.com/v1beta' });
    expect(gemini).toMatch(/models\/gemini-2\.5-flash:generateContent[\s\S]*"contents"/);
    expect(
      of({ ...llm, url: 'https://mine.openai.azure.com/openai/v1', authStyle: 'header', authHeader: 'api-key' }),
    ).toMatch(/chat\/completions[\s\S]*"your-model"/);
    expect(of({ ...llm, url: 'https://api.openai.com/v1' })).toContain('"gpt-4.1-mini"');
  });

  test('runs a workflow by its own method', () => {
    expect(of(workflow)).not.toContain('--request');
    expect(of(workflow, 'cli')).toMatch(/node latchkey\.mjs run demo-workflow \\\n {2}--data/);
    expect(of({ ...workflow, method: 'PUT' })).toMatch(/--request PUT[\s\S]*--data-binary/);
    const get = { ...workflow, method: 'GET' as const };
    expect(of(get)).not.toMatch(/--request|--data|content-type/);
    expect(of(get, 'cli')).toMatch(/run demo-workflow \\\n {2}--method GET$/);
    expect(of({ ...workflow, method: 'DELETE' }, 'cli')).toMatch(/--method DELETE$/);
  });
});
