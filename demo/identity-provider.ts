/**
 * The demo's identity provider: a small OpenID Connect provider in a process of its own, which the quickstart and the tests
 * start beside Latchkey. It asks nobody for a password, so it listens on this machine only and is not for production.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import Provider, { type Configuration, interactionPolicy, type JWK } from 'oidc-provider';
import { accounts } from './accounts';
import { chooseAccountPage, messagePage, type Page } from './pages';

const host = '127.0.0.1';

function main(): void {
  if (process.env.NODE_ENV === 'production') {
    fail('The demo identity provider lets everybody in, so it does not start with NODE_ENV=production.');
  }
  const port = Number(process.env.LATCHKEY_IDP_PORT);
  const {
    LATCHKEY_URL: origin,
    AUTH_OIDC_DEMO_CLIENT_ID: clientId,
    AUTH_OIDC_DEMO_CLIENT_SECRET: secret,
  } = process.env;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) fail('LATCHKEY_IDP_PORT must be a port.');
  if (!origin || !clientId || !secret) {
    fail('LATCHKEY_URL, AUTH_OIDC_DEMO_CLIENT_ID and AUTH_OIDC_DEMO_CLIENT_SECRET must be set.');
  }
  const issuer = `http://${host}:${port}`;
  const provider = new Provider(issuer, configuration(origin, clientId, secret));
  const protocol = provider.callback();
  const server = createServer((request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    if (!request.url?.startsWith('/choose/')) return protocol(request, response);
    choose(provider, origin, request, response).catch(() => {
      show(response, 400, origin, messagePage('This sign-in has expired', 'Go back to Latchkey and start again.'));
    });
  });
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') fail(`The demo identity provider cannot listen on ${issuer} (${error.code}).`);
    fail(
      `Port ${port} is taken by another program, so the demo identity provider cannot start. Set LATCHKEY_IDP_PORT to a free one.`,
    );
  });
  server.listen(port, host, () => process.stdout.write(`The demo identity provider is ready at ${issuer}\n`));
  stopGracefully(server);
}

function configuration(origin: string, clientId: string, secret: string): Configuration {
  const policy = interactionPolicy.base();
  // Asked each time, so that one browser can show several people. Its own client needs no consent.
  const { Check } = interactionPolicy;
  policy
    .get('login')
    ?.checks.add(
      new Check('choose_again', 'Somebody has to be chosen', 'login_required', ({ oidc }) =>
        oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
      ),
    );
  policy.remove('consent');
  const minutes = (count: number) => () => count * 60;
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: secret,
        client_name: 'Latchkey',
        redirect_uris: [`${origin}/api/auth/callback/oidc-demo`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    // New at each start, like the secret: nothing that a thief could keep.
    jwks: {
      keys: [
        {
          ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
          use: 'sig',
        } as JWK,
      ],
    },
    cookies: { keys: [randomBytes(32).toString('base64')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    pkce: { required: () => true },
    ttl: {
      AccessToken: minutes(10),
      AuthorizationCode: minutes(1),
      Grant: minutes(60),
      IdToken: minutes(10),
      Interaction: minutes(15),
      Session: minutes(60),
    },
    interactions: { policy, url: (_context, { uid }) => `/choose/${uid}` },
    findAccount(_context, subject) {
      const person = accounts.find((account) => account.subject === subject);
      if (!person) return undefined;
      const { email, name } = person;
      return { accountId: subject, claims: () => ({ sub: subject, email, email_verified: true, name }) };
    },
    async loadExistingGrant({ oidc }) {
      const { client, session, provider } = oidc;
      if (!client || !session?.accountId) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    renderError(context, { error, error_description: description }) {
      const page = messagePage('This did not work', description ?? error);
      context.type = 'html';
      context.set('Content-Security-Policy', page.contentSecurityPolicy);
      context.body = page.html;
    },
  };
}

/** GET shows the people, POST takes the choice back to Latchkey. The interaction's cookie ties both to one browser. */
async function choose(provider: Provider, origin: string, request: IncomingMessage, response: ServerResponse) {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.url !== `/choose/${uid}`) throw new Error('Another sign-in of the same browser is under way.');
  if (request.method !== 'POST') return show(response, 200, origin, chooseAccountPage(accounts));
  const chosen = new URLSearchParams(await bodyOf(request)).get('subject');
  const known = accounts.some(({ subject }) => subject === chosen);
  const result = known
    ? { login: { accountId: chosen as string, remember: false } }
    : { error: 'access_denied', error_description: 'Nobody was chosen.' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 1_000) throw new Error('Too long.');
  }
  return body;
}

function show(response: ServerResponse, status: number, origin: string, page: Page): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    // Browsers hold the redirect behind a form to this policy, too: it ends at Latchkey.
    'Content-Security-Policy': `${page.contentSecurityPolicy}; form-action 'self' ${origin}`,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  response.end(page.html);
}

function stopGracefully(server: Server): void {
  const stop = () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Whoever started it as a part of itself has ended, however abruptly.
  process.once('disconnect', stop);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

main();
