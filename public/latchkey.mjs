#!/usr/bin/env node
/**
 * The command line of Latchkey: one file without dependencies, for Node 20 and newer. `node latchkey.mjs --help`
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { parseArgs } from 'node:util';

const version = '0.1.0';

const help = `Calls what your organisation connected, with your API key and nobody else's.

  node latchkey.mjs run <workflow> --data '{"a":1}'          sends the data to a workflow (POST)
  node latchkey.mjs call <connection> [path] --data @file    calls a connection, such as demo-llm chat/completions
  node latchkey.mjs whoami                                   says whose key this is
  node latchkey.mjs --help, --version

Options of run and call:
  --data <text>      what to send; @file reads a file, @- standard input. It is JSON, unless --header says otherwise.
  --method <name>    instead of POST with data, GET without it; run: instead of POST
  --header 'a: b'    a further header; may be repeated
  --text             of a streamed chat answer, prints the text alone
  --allow-http       sends the secret over http:// to another machine, where others can read it on its way

Environment:
  LATCHKEY_URL              where Latchkey is, such as https://latchkey.example.com
  LATCHKEY_CLIENT_ID        lk_id_…
  LATCHKEY_CLIENT_SECRET    lk_sk_…; read from here alone, since every program on a machine can read arguments

The answer goes to standard output as it arrives, also that of a refusal by the upstream; sentences go to standard error.

Exit codes:
  0    answered
  1    the upstream refused: it answered with 4xx or 5xx
  2    asked in a wrong way: arguments, environment, an unknown connection
  3    the key was not accepted, or lacks a scope
  4    the key's rate limit is reached; try again later
  5    not reachable, or not able to answer, or the answer ended midway
  130  interrupted
`;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Ends the program with a sentence. */
class Failure extends Error {
  /** @param {number} code @param {string} sentence */
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

/** @param {string} sentence @returns {never} */
function usage(sentence) {
  throw new Failure(2, sentence);
}

/** @typedef {{url: URL, method: string, headers: Record<string, string>, body: Buffer | null, text: boolean}} Call */

/**
 * What the arguments and the environment ask for.
 * @param {string[]} args @param {NodeJS.ProcessEnv} environment
 * @returns {Call | string} a string is only to be printed
 */
function readCall(args, environment) {
  if (args.some((arg) => arg.includes('lk_sk_'))) {
    usage('A client secret does not belong into arguments, which others can read: set LATCHKEY_CLIENT_SECRET instead.');
  }
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return help;
  if (values.version) return `${version}\n`;
  if (command === undefined) usage('Say what to do: run, call or whoami. --help explains.');
  const settings = readEnvironment(environment, values['allow-http'] === true);
  const { path, method } = readTarget(command, rest, values);
  const headers = readHeaders(values.header ?? []);
  const body = values.data === undefined ? null : readData(values.data, headers['content-type'] ?? 'application/json');
  return {
    url: new URL(settings.base + path),
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      'user-agent': `latchkey-cli/${version}`,
      accept: '*/*',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
      authorization: settings.authorization,
    },
    body,
    text: values.text === true,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        method: { type: 'string' },
        header: { type: 'string', multiple: true },
        text: { type: 'boolean' },
        'allow-http': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    return usage(`${/** @type {Error} */ (error).message.replace(/\.?$/, '.')} --help lists the options.`);
  }
}

/** @param {NodeJS.ProcessEnv} environment @param {boolean} allowHttp */
function readEnvironment(environment, allowHttp) {
  const { LATCHKEY_URL: address = '', LATCHKEY_CLIENT_ID: id = '', LATCHKEY_CLIENT_SECRET: secret = '' } = environment;
  const missing = ['LATCHKEY_URL', 'LATCHKEY_CLIENT_ID', 'LATCHKEY_CLIENT_SECRET'].filter((name) => !environment[name]);
  if (missing.length > 0) usage(`The environment lacks ${missing.join(' and ')}. --help says what each is.`);
  if (!/^https?:\/\/[^/?#@]+\/?$/.test(address) || !URL.canParse(address)) {
    usage('LATCHKEY_URL must be an address alone, such as https://latchkey.example.com.');
  }
  const { protocol, hostname, origin } = new URL(address);
  const local = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !local && !allowHttp) {
    usage(
      'LATCHKEY_URL begins with http://, so others could read the secret on its way. Use https://, or --allow-http.',
    );
  }
  if (!/^lk_id_[0-9A-Za-z]{16}$/.test(id)) usage('LATCHKEY_CLIENT_ID must be lk_id_ and 16 letters or digits.');
  // Never said: what is there instead.
  if (!/^lk_sk_[0-9A-Za-z]{54}$/.test(secret)) {
    usage('LATCHKEY_CLIENT_SECRET must be lk_sk_ and 54 letters or digits: copy it whole.');
  }
  if (secret.slice(6, 22) !== id.slice(6)) {
    usage('LATCHKEY_CLIENT_SECRET belongs to another key than LATCHKEY_CLIENT_ID.');
  }
  return { base: origin, authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** @param {string} command @param {string[]} rest @param {{data?: string, method?: string, header?: string[]}} values */
function readTarget(command, rest, values) {
  const method = values.method?.toUpperCase();
  if (method !== undefined && !/^[A-Z]+$/.test(method)) usage('--method must be a word, such as PUT.');
  if (command === 'whoami') {
    if (rest.length > 0 || values.data !== undefined || method || values.header) usage('whoami takes no arguments.');
    return { path: '/api/v1/me', method: 'GET' };
  }
  if (command !== 'run' && command !== 'call') usage(`There is no command ${command}. --help lists them.`);
  const [slug = '', path = '', ...more] = rest;
  if (slug === '') usage(`Say what to ${command}: its name is on the page Connections.`);
  if (!/^[a-z0-9-]+$/.test(slug)) usage(`${slug} is not the name of a connection, such as demo-llm.`);
  const tooMany = command === 'run' ? rest.length > 1 : more.length > 0;
  if (tooMany) usage(`There are too many arguments after ${slug}: put quotation marks around what belongs together.`);
  // A URL would be shortened by them, and something else called.
  if (/(^|[/\\])(\.|%2e){1,2}([/\\?#]|$)/i.test(path)) usage('The path cannot hold the segments . and ..');
  const appended = path.replace(/^\/+/, '');
  const separator = appended === '' || appended.startsWith('?') ? '' : '/';
  const whole = `/api/v1/connect/${slug}${separator}${appended}`;
  return { path: whole, method: method ?? (command === 'run' ? 'POST' : undefined) };
}

/** @param {string[]} lines @returns {Record<string, string>} */
function readHeaders(lines) {
  return Object.fromEntries(
    lines.map((line) => {
      const match = /^([\w-]+):\s*([\x20-\x7e]*)$/.exec(line);
      if (!match?.[1]) return usage(`--header must be like 'accept: text/plain'; this is ${JSON.stringify(line)}.`);
      if (match[1].toLowerCase() === 'authorization') usage('Authorization is where the key goes: leave it out.');
      return [match[1].toLowerCase(), match[2] ?? ''];
    }),
  );
}

/** @param {string} data @param {string} contentType */
function readData(data, contentType) {
  const given = data === '@-' ? readInput(0) : data.startsWith('@') ? readInput(data.slice(1)) : Buffer.from(data);
  // Windows PowerShell begins what it pipes with one.
  const body = given.subarray(0, 3).equals(byteOrderMark) ? given.subarray(3) : given;
  if (/^application\/json\b/i.test(contentType)) {
    try {
      JSON.parse(body.toString());
    } catch {
      usage(
        '--data is not JSON. PowerShell takes quotation marks out of arguments: pipe the data in, and use --data "@-".',
      );
    }
  }
  return body;
}

/** @param {string | 0} file */
function readInput(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    return usage(`${file || 'Standard input'} cannot be read (${/** @type {NodeJS.ErrnoException} */ (error).code}).`);
  }
}

/** Sends the call; resolves when its whole answer is printed. @param {Call} call */
async function send({ url, method, headers, body, text }) {
  const response = await request(url, method, headers, body);
  const { statusCode: status = 0, headers: fields } = response;
  const connection = fields['x-latchkey-connection'];
  const ours = url.pathname === '/api/v1/me' && status === 200;
  if (connection === undefined && !ours) throw await ourFailure(response);
  const stream = text && status < 300 && /^text\/event-stream\b/i.test(fields['content-type'] ?? '');
  await print(response, stream);
  if (status >= 300) {
    throw new Failure(
      1,
      `${connection} answered ${status} ${response.statusMessage}: the refusal is the upstream's, not Latchkey's.`,
    );
  }
}

/**
 * Resolves when the answer begins. Redirects are not followed: the key would go with them.
 * @param {URL} url @param {string} method @param {Record<string, string>} headers @param {Buffer | null} body
 * @returns {Promise<http.IncomingMessage>}
 */
function request(url, method, headers, body) {
  const { request: open } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = open(url, { method, headers }, resolve);
    outgoing.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      reject(new Failure(5, `${url.origin} cannot be reached (${error.code ?? error.message}).`)),
    );
    outgoing.end(body ?? undefined);
  });
}

/** @param {http.IncomingMessage} response */
async function ourFailure(response) {
  const { statusCode: status = 0, headers } = response;
  let problem = null;
  try {
    const chunks = [];
    for await (const chunk of response) chunks.push(chunk);
    problem = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    // Not Latchkey's words; said below.
  }
  if (!/^urn:latchkey:/.test(problem?.type ?? '')) {
    const where = headers.location ? `, to ${headers.location}` : '';
    return new Failure(5, `What answered ${status}${where} is not Latchkey. Is LATCHKEY_URL right?`);
  }
  const wait = headers['retry-after'] ? ` Try again in ${headers['retry-after']} s.` : '';
  return new Failure(
    codeOf(status),
    `${problem.title}: ${problem.detail}${wait} (Latchkey, ${status} ${problem.type.split(':').pop()})`,
  );
}

/** @param {number} status */
function codeOf(status) {
  if (status === 401 || status === 403) return 3;
  if (status === 429) return 4;
  return status >= 500 ? 5 : 2;
}

/** @param {http.IncomingMessage} response @param {boolean} deltasOnly */
async function print(response, deltasOnly) {
  let said = '';
  try {
    for await (const chunk of deltasOnly ? deltasOf(response) : response) {
      said = chunk;
      if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  } catch {
    throw new Failure(5, 'The answer ended midway: what is above is not all of it.');
  }
  const unended = !String(said).endsWith('\n');
  if (unended && (deltasOnly || process.stdout.isTTY)) process.stdout.write('\n');
}

/** The text of a streamed chat answer, as OpenAI and Anthropic stream it. @param {http.IncomingMessage} response */
async function* deltasOf(response) {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + chunk).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = line.startsWith('data:') ? parsed(line.slice(5)) : null;
      const text = event?.choices?.[0]?.delta?.content ?? event?.delta?.text;
      if (typeof text === 'string' && text !== '') yield text;
    }
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function main() {
  // Whoever reads the answer has had enough of it, as `head` does.
  process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) =>
    process.exit(error.code === 'EPIPE' ? 0 : 5),
  );
  try {
    const call = readCall(process.argv.slice(2), process.env);
    if (typeof call === 'string') process.stdout.write(call);
    else await send(call);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`latchkey: ${error.message}\n`);
    process.exitCode = error.code;
  }
}

await main();
