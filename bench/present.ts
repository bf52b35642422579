import { type Agent, request } from 'node:http';

/** Presents a key once. @returns the answer's status, or 0 without an answer in 10 s */
export function present(agent: Agent, url: string, authorization: string): Promise<number> {
  const { hostname, port, pathname } = new URL(url);
  const headers = { authorization, 'user-agent': 'bench/1.0' };
  return new Promise((resolve) => {
    const sending = request({ agent, hostname, port, path: pathname, headers, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', () => resolve(0));
    });
    sending.once('error', () => resolve(0));
    sending.once('timeout', () => sending.destroy());
    sending.end();
  });
}
