/** Every command of the page, in one place, because a test runs each of them as the page shows it. */

export const languages = ['curl', 'Node', 'Python'] as const;
export type Language = (typeof languages)[number];

/** One way to present a key, in each language. */
export type Way = { name: string; meaning: string; commands: Record<Language, string> };

export const loadCommand = `chmod 600 latchkey.env
set -a; . ./latchkey.env; set +a`;

export function waysToPresent(origin: string): Way[] {
  const url = `${origin}/api/v1/me`;
  return [
    {
      name: 'Bearer',
      meaning: 'The secret alone, which contains the client ID. The shortest way, and the right one for most clients.',
      commands: {
        curl: curl(url, '-H "Authorization: Bearer $LATCHKEY_CLIENT_SECRET"'),
        Node: node(url, '{ LATCHKEY_CLIENT_SECRET: secret }', ['Authorization: "Bearer " + secret']),
        Python: python(url, 'os', ['"Authorization": "Bearer " + os.environ["LATCHKEY_CLIENT_SECRET"]']),
      },
    },
    {
      name: 'Basic',
      meaning: 'The client ID as user name and the secret as password, for tools that know nothing else.',
      commands: {
        curl: curl(url, '-u "$LATCHKEY_CLIENT_ID:$LATCHKEY_CLIENT_SECRET"'),
        Node: node(url, bothInNode, ['Authorization: "Basic " + Buffer.from(id + ":" + secret).toString("base64")']),
        Python: python(
          url,
          'base64, os',
          ['"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()'],
          'pair = os.environ["LATCHKEY_CLIENT_ID"] + ":" + os.environ["LATCHKEY_CLIENT_SECRET"]\n',
        ),
      },
    },
    {
      name: 'X-Client-Id and X-Client-Secret',
      meaning:
        'Two headers, for gateways that keep Authorization to themselves. What is in Authorization is then ignored, unless it is a key, too: two keys are refused.',
      commands: {
        curl: curl(url, '-H "X-Client-Id: $LATCHKEY_CLIENT_ID" \\\n  -H "X-Client-Secret: $LATCHKEY_CLIENT_SECRET"'),
        Node: node(url, bothInNode, ['"X-Client-Id": id', '"X-Client-Secret": secret']),
        Python: python(url, 'os', [
          '"X-Client-Id": os.environ["LATCHKEY_CLIENT_ID"]',
          '"X-Client-Secret": os.environ["LATCHKEY_CLIENT_SECRET"]',
        ]),
      },
    },
  ];
}

const bothInNode = '{ LATCHKEY_CLIENT_ID: id, LATCHKEY_CLIENT_SECRET: secret }';

function curl(url: string, options: string): string {
  return `curl ${url} \\\n  ${options}`;
}

function node(url: string, variables: string, headers: string[]): string {
  return `const ${variables} = process.env;
const response = await fetch("${url}", {
  headers: {
${headers.map((header) => `    ${header},`).join('\n')}
  },
});
console.log(response.status, await response.json());`;
}

function python(url: string, modules: string, headers: string[], before = ''): string {
  return `import ${modules}, urllib.request

${before}request = urllib.request.Request(
    "${url}",
    headers={
${headers.map((header) => `        ${header},`).join('\n')}
    },
)
print(urllib.request.urlopen(request).read().decode())`;
}

/** Your service, as the nginx lines name it. */
export const serviceAddress = 'http://127.0.0.1:8080';

export function nginxLines(origin: string): string {
  return `location = /latchkey { internal; proxy_pass ${origin}/api/v1/authorize;
                       proxy_pass_request_body off; proxy_set_header Content-Length ""; }
location / { auth_request /latchkey;
             auth_request_set $client_id $upstream_http_x_latchkey_client_id;
             proxy_set_header X-Latchkey-Client-Id $client_id;
             proxy_pass ${serviceAddress}; }`;
}

/** The official client, which takes another base URL and sends what it is given as the key. */
export function openAiLines(origin: string): string {
  return `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${origin}/api/v1/connect/demo-llm",
  apiKey: process.env.LATCHKEY_CLIENT_SECRET,
});
const stream = await client.chat.completions.create({
  model: "demo",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");`;
}

export function commandLineLines(origin: string): string {
  return `curl -O ${origin}/latchkey.mjs
export LATCHKEY_URL=${origin}
node latchkey.mjs whoami
node latchkey.mjs call demo-llm chat/completions --text \\
  --data '{"model":"demo","stream":true,"messages":[{"role":"user","content":"Hello"}]}'
echo '{"input":"Hello"}' | node latchkey.mjs run demo-workflow --data @-`;
}
