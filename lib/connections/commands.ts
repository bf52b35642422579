import { type Preset, presets } from './presets';
import type { ConnectionView } from './schema';

export const surfaces = ['rest', 'cli'] as const;
/** How somebody calls: over HTTP with curl, or with the command line of `public/latchkey.mjs`. */
export type Surface = (typeof surfaces)[number];
export const shells = ['bash', 'powershell'] as const;
export type Shell = (typeof shells)[number];

export type CalledConnection = Pick<ConnectionView, 'slug' | 'kind' | 'url' | 'method' | 'authStyle' | 'authHeader'>;

/** What is called, and with which key; without a connection the plain API. */
export type CommandRequest = { origin: string; clientId: string; connection: CalledConnection | null; model: string };

type Example = {
  method: string;
  /** After the connection's slug. */
  path: string;
  headers: string[];
  body: object | null;
  /** Whether the answer is a stream whose text the command line can tell. */
  streams: boolean;
};

/** Asks for the secret, so that it gets neither into a file nor into the shell's history. */
export function setSecretCommand(shell: Shell): string {
  return shell === 'bash'
    ? 'read -rs LATCHKEY_CLIENT_SECRET && export LATCHKEY_CLIENT_SECRET'
    : // -AsSecureString instead of -MaskInput, which Windows PowerShell 5.1 does not have.
      "$env:LATCHKEY_CLIENT_SECRET = [Net.NetworkCredential]::new('', (Read-Host 'Client secret' -AsSecureString)).Password";
}

/** Fetches the command line. In Windows PowerShell plain `curl` is another program. */
export function downloadCommand(origin: string, shell: Shell): string {
  return `${shell === 'bash' ? 'curl' : 'curl.exe'} -O ${quoted(`${origin}/latchkey.mjs`, shell)}`;
}

/** A first call that works as it stands, once the secret is in the environment. */
export function callCommand(request: CommandRequest, surface: Surface, shell: Shell): string {
  return surface === 'rest' ? curlCommand(request, shell) : cliCommand(request, shell);
}

/** The preset whose provider it is; otherwise whoever speaks as OpenAI does. */
function presetOf({ kind, url, authStyle, authHeader }: CalledConnection): Preset | undefined {
  const ofKind = presets.filter((preset) => preset.kind === kind);
  const host = new URL(url).hostname;
  return (
    ofKind.find((preset) => preset.url.includes(`//${host}/`)) ??
    ofKind.find(
      (preset) => authStyle !== 'bearer' && preset.authStyle === authStyle && preset.authHeader === authHeader,
    ) ??
    ofKind.find((preset) => preset.id === 'openai-compatible')
  );
}

/** The model of a first call where none is chosen. */
function exampleModelOf(connection: CalledConnection): string {
  return presetOf(connection)?.exampleModel || 'your-model';
}

function exampleOf(connection: CalledConnection | null, chosen: string): Example {
  const plain: Example = { method: 'GET', path: '', headers: [], body: null, streams: false };
  if (connection === null) return plain;
  if (connection.kind === 'workflow') {
    const method = connection.method ?? 'POST';
    const body = method === 'GET' || method === 'DELETE' ? null : { input: 'Hello' };
    return { ...plain, method, body };
  }
  const model = chosen || exampleModelOf(connection);
  const preset = presetOf(connection);
  const messages = [{ role: 'user', content: 'Hello' }];
  if (preset?.id === 'google') {
    const path = `models/${encodeURIComponent(model)}:generateContent`;
    return { ...plain, method: 'POST', path, body: { contents: [{ parts: [{ text: 'Hello' }] }] } };
  }
  const chat = { ...plain, method: 'POST', path: preset?.examplePath ?? 'chat/completions', streams: true };
  if (preset?.id === 'anthropic') {
    const body = { model, max_tokens: 256, stream: true, messages };
    return { ...chat, headers: ['anthropic-version: 2023-06-01'], body };
  }
  return { ...chat, body: { model, stream: true, messages } };
}

function curlCommand({ origin, clientId, connection, model }: CommandRequest, shell: Shell): string {
  const { method, path, headers, body } = exampleOf(connection, model);
  const address = connection ? `connect/${connection.slug}${path && '/'}${path}` : 'me';
  const secret = shell === 'bash' ? '$LATCHKEY_CLIENT_SECRET' : '$' + '{env:LATCHKEY_CLIENT_SECRET}';
  const expected = body ? 'POST' : 'GET';
  const parts = [
    `${shell === 'bash' ? 'curl' : 'curl.exe'} --no-buffer --fail-with-body ${quoted(`${origin}/api/v1/${address}`, shell)}`,
    ...(method === expected ? [] : [`--request ${method}`]),
    `--user "${clientId}:${secret}"`,
    ...(body ? ['content-type: application/json', ...headers] : headers).map(
      (header) => `--header ${quoted(header, shell)}`,
    ),
  ];
  return withBody(parts, body, '--data-binary', shell);
}

function cliCommand({ origin, clientId, connection, model }: CommandRequest, shell: Shell): string {
  const settings = Object.entries({ LATCHKEY_URL: origin, LATCHKEY_CLIENT_ID: clientId }).map(([name, value]) =>
    // An unquoted word would be a command's name to PowerShell.
    shell === 'bash' ? `export ${name}=${quoted(value, shell)}` : `$env:${name} = '${value}'`,
  );
  const { method, path, headers, body, streams } = exampleOf(connection, model);
  const workflow = connection?.kind === 'workflow';
  const words = connection
    ? [workflow ? 'run' : 'call', connection.slug, ...(path ? [quoted(path, shell)] : [])]
    : ['whoami'];
  const expected = workflow || body ? 'POST' : 'GET';
  const parts = [
    `node latchkey.mjs ${words.join(' ')}`,
    ...(method === expected ? [] : [`--method ${method}`]),
    ...headers.map((header) => `--header ${quoted(header, shell)}`),
    ...(streams ? ['--text'] : []),
  ];
  return [...settings, withBody(parts, body, '--data', shell)].join('\n');
}

/**
 * The command with what it sends. PowerShell takes quotation marks out of a program's arguments, each version in its own
 * way, so there the body is piped in: a here-string keeps it as it is, and as ASCII no version's encoding can spoil it.
 */
function withBody(parts: string[], body: object | null, option: string, shell: Shell): string {
  const joint = shell === 'bash' ? ' \\\n  ' : ' `\n  ';
  if (body === null) return parts.join(joint);
  const json = JSON.stringify(body, null, 2);
  if (shell === 'bash') return [...parts, `${option} ${quoted(json.replaceAll('\n', '\n  '), shell)}`].join(joint);
  const ascii = json.replace(
    /[^\n\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `@'\n${ascii}\n'@ | ${[...parts, `${option} '@-'`].join(joint)}`;
}

/** One word of the shell, whatever is in it. */
function quoted(text: string, shell: Shell): string {
  if (/^[\w./:-]+$/.test(text)) return text;
  return shell === 'bash' ? `'${text.replaceAll("'", "'\\''")}'` : `'${text.replaceAll("'", "''")}'`;
}
