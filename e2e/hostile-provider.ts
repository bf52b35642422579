/**
 * An identity provider that answers whatever a test asks for. It remembers nothing: the code that a test brings back says
 * what the token endpoint is to answer, so tests may run side by side.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

/** What is to happen when the code is exchanged. */
export type Instruction = {
  claims: Record<string, unknown>;
  /** The PKCE challenge of the authorization request; a verifier for another one is refused. */
  challenge: string;
  signedBy?: 'provider' | 'stranger' | 'secret' | 'nobody';
  /** What the userinfo endpoint says; absent: the subject alone. */
  userinfo?: Record<string, unknown>;
  /** Instead of tokens. */
  instead?: Nuisance;
};
export type Nuisance = 'garbage' | 'html' | 'error' | 'empty' | 'slow' | 'drip';

export const hostileClient = { id: 'latchkey-test', secret: 'a client secret that only tests use' };
/** The one Entra directory that is configured. */
export const directory = '5e5e5e5e-0000-4000-8000-00000000ac3e';

export const encodeInstruction = (instruction: Instruction) =>
  Buffer.from(JSON.stringify(instruction)).toString('base64url');

export async function startHostileProvider(): Promise<{ origin: string; stop(): void }> {
  const [own, strange] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', use: 'sig', alg: 'RS256' };
  let origin = '';

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://n');
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const [, first = '', ...rest] = pathname.split('/');
    if (rest.join('/').endsWith('.well-known/openid-configuration')) {
      if (first in nuisances) return nuisances[first as Nuisance](response);
      const base = `${origin}${pathname.replace('/.well-known/openid-configuration', '')}`;
      json(200, {
        // One of them calls itself what it is not.
        issuer: first === 'impostor' ? `${origin}/good` : base,
        authorization_endpoint: first === 'script' ? 'javascript:alert(document.domain)' : `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/jwks`,
        userinfo_endpoint: `${origin}/userinfo`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      });
      return;
    }
    if (pathname === '/jwks') return void json(200, { keys: [jwk] });
    if (pathname === '/userinfo') {
      const { claims, userinfo } = decode(request.headers.authorization?.slice(7));
      return void json(200, userinfo ?? { sub: claims.sub });
    }
    if (pathname !== '/token') return void json(404, {});

    const form = new URLSearchParams(await bodyOf(request));
    const { claims, challenge, signedBy = 'provider', instead } = decode(form.get('code'));
    if (instead) return nuisances[instead](response);
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (proof !== challenge) return void json(400, { error: 'invalid_grant', error_description: 'PKCE' });
    const sign = (alg: string) => new SignJWT(claims).setProtectedHeader({ alg, kid: 'one' });
    const idToken = await {
      provider: () => sign('RS256').sign(own.privateKey),
      stranger: () => sign('RS256').sign(strange.privateKey),
      secret: () => sign('HS256').sign(Buffer.from(hostileClient.secret)),
      nobody: () => new UnsecuredJWT(claims).encode(),
    }[signedBy]();
    json(200, { access_token: form.get('code'), token_type: 'Bearer', expires_in: 60, id_token: idToken });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The provider has no port.');
  origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const nuisances: Record<Nuisance, (response: ServerResponse) => void> = {
  garbage: (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id_token":"eyJ'),
  html: (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><p>Maintenance</p>'),
  error: (response) => response.writeHead(500).end('Internal Server Error'),
  empty: (response) => response.writeHead(204).end(),
  slow: () => {},
  drip(response) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 500);
    response.once('close', () => clearInterval(timer));
  },
};

function decode(code: string | null | undefined): Instruction {
  return JSON.parse(Buffer.from(code ?? '', 'base64url').toString());
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
