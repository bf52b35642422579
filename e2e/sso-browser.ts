/** A browser without a screen: cookies and redirects, and what it meets on the way through an identity provider. */
import { randomUUID } from 'node:crypto';
import { encodeInstruction, hostileClient, type Instruction } from './hostile-provider';

export type Started = { state: string; nonce: string; challenge: string; url: URL };

export class SsoBrowser {
  readonly cookies = new Map<string, string>();
  /** Noted in each session that it gets, so that a test finds its own. */
  readonly userAgent = `test ${randomUUID()}`;
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      'user-agent': this.userAgent,
      origin: this.origin,
      ...(cookie ? { cookie } : {}),
      ...init.headers,
    };
    const response = await fetch(new URL(path, this.origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** The button's part: where next-auth sends the browser. */
  async leaveFor(provider: string, callbackUrl = '/account/api-keys'): Promise<URL> {
    const { csrfToken } = (await (await this.request('/api/auth/csrf')).json()) as { csrfToken: string };
    const response = await this.request(`/api/auth/signin/${provider}`, {
      method: 'POST',
      body: new URLSearchParams({ csrfToken, callbackUrl, json: 'true' }),
    });
    if (response.status >= 400) throw new Error(`${provider}: ${response.status} ${await response.text()}`);
    return new URL(((await response.json()) as { url: string }).url);
  }

  async start(provider: string, callbackUrl?: string): Promise<Started> {
    const url = await this.leaveFor(provider, callbackUrl);
    const value = (name: string) => url.searchParams.get(name) ?? '';
    return { url, state: value('state'), nonce: value('nonce'), challenge: value('code_challenge') };
  }

  /** The way back, with whatever the provider is said to have answered. */
  comeBack(provider: string, parameters: Record<string, string>): Promise<Response> {
    return this.request(`/api/auth/callback/${provider}?${new URLSearchParams(parameters)}`);
  }

  /** Follows redirects on the site to their end. */
  async follow(response: Response): Promise<{ url: URL; status: number; text: string }> {
    let url = new URL(response.url);
    for (let current = response, hops = 0; hops < 6; hops++) {
      const location = current.headers.get('location');
      if (!location || current.status < 300 || current.status >= 400) {
        return { url, status: current.status, text: await current.text() };
      }
      url = new URL(location, url);
      if (url.origin !== this.origin) return { url, status: current.status, text: '' };
      current = await this.request(url.href);
    }
    throw new Error(`Redirected without end, at ${url.href}`);
  }

  get session(): string | undefined {
    return this.cookies.get('latchkey.session');
  }
}

/** A code that makes the provider vouch for somebody new, in answer to what was asked. */
export function codeFor(
  started: Started,
  { claims = {}, ...rest }: Partial<Instruction> = {},
): { code: string; subject: string; email: string } {
  const now = Math.floor(Date.now() / 1000);
  const subject = randomUUID();
  const email = `${randomUUID()}@example.test`;
  const all: Record<string, unknown> = {
    iss: `${started.url.origin}/good`,
    aud: hostileClient.id,
    sub: subject,
    iat: now,
    exp: now + 60,
    nonce: started.nonce,
    email,
    email_verified: true,
    name: 'Ann Example',
    ...claims,
  };
  // JSON leaves out what is undefined.
  const code = encodeInstruction({ challenge: started.challenge, ...rest, claims: all });
  return { code, subject: String(all.sub), email: String(all.email) };
}
