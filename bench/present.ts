import { type Agent, request } from 'node:http';

/** What is sent with a request whose credential is this line, `Name: value`. */
export function headersOf(line: string): Record<string, string> {
  const [name = '', value = ''] = line.split(/: (.*)/s);
  return { [name.toLowerCase()]: value, 'user-agent': 'bench/1.0' };
}

/** Asks once, with one header. @returns the answer's status, or 0 without an answer in 10 s */
export function present(agent: Agent, url: string, line: string): Promise<number> {
  const { hostname, port, pathname } = new URL(url);
  const headers = headersOf(line);
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
