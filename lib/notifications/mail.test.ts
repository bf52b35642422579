import { createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { log } from '../log';
import { type LinkMail, sendInvitation, sendPasswordReset } from './mail';

const holder = globalThis as { latchkeyEnv?: unknown };
const original = holder.latchkeyEnv;
const configure = (mail: { smtpUrl: string; from: string } | null) => {
  holder.latchkeyEnv = { mail, logLevel: 'silent' };
};
/** Everything handed to the log, as text. */
const logged: string[] = [];

const url = 'http://localhost:3000/set-password#a-token-that-nobody-may-log';
const mail: LinkMail = {
  email: 'ada@acme.test',
  name: 'Ada',
  tenantName: 'Acme',
  url,
  expiresAt: new Date('2026-06-01T12:00:00.000Z'),
};

type Received = { from: string; to: string[]; text: string };
let received: Received[] = [];
const closers: Array<() => Promise<void>> = [];

/** A real SMTP server; the product is configured to use it. */
async function startMailServer(options: SMTPServerOptions = {}): Promise<void> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        const from = session.envelope.mailFrom;
        received.push({
          from: from ? from.address : '',
          to: session.envelope.rcptTo.map((recipient) => recipient.address),
          text,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  use(server.server as unknown as Server);
}

/** A server that speaks no SMTP. */
async function startServer(behave: (socket: Socket) => void, parameters = ''): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  use(server, parameters);
}

function use(server: Server, parameters = '') {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  configure({ smtpUrl: `smtp://127.0.0.1:${address.port}${parameters}`, from: 'Latchkey <latchkey@acme.test>' });
}

beforeEach(() => {
  received = [];
  logged.length = 0;
  configure(null);
  vi.spyOn(log(), 'error').mockImplementation((...line: unknown[]) => {
    logged.push(JSON.stringify(line));
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  holder.latchkeyEnv = original;
  for (const close of closers.splice(0)) await close();
});

/** The text behind the headers, with quoted-printable undone. */
const bodyOf = ({ text }: Received) =>
  text
    .slice(text.indexOf('\r\n\r\n'))
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

test('without a mail server nothing is sent, and the caller is told so', async () => {
  expect(await sendInvitation(mail)).toBe('not_configured');
});

describe('a mail arrives', () => {
  test('an invitation, with its link, at the one address', async () => {
    await startMailServer();
    expect(await sendInvitation(mail)).toBe('sent');
    expect(received).toHaveLength(1);
    const [message] = received as [Received];
    expect(message).toMatchObject({ from: 'latchkey@acme.test', to: ['ada@acme.test'] });
    expect(message.text).toContain('Subject: You are invited to Acme');
    expect(bodyOf(message)).toContain(url);
    expect(bodyOf(message)).toContain('1 June 2026 at 12:00 UTC');
    expect(logged.join('')).not.toContain('a-token-that-nobody-may-log');
  });

  test('a password reset, which says that it signs out', async () => {
    await startMailServer();
    expect(await sendPasswordReset(mail)).toBe('sent');
    const [message] = received as [Received];
    expect(message.text).toContain('Subject: Choose a new password for Acme');
    expect(bodyOf(message)).toContain(url);
    expect(bodyOf(message)).toContain('It signs you out everywhere.');
  });

  test('with names in any script, and the link in the body only', async () => {
    await startMailServer();
    await sendInvitation({ ...mail, name: 'Ädä ✓', tenantName: 'Größe & Söhne ✓' });
    const [message] = received as [Received];
    const head = message.text.slice(0, message.text.indexOf('\r\n\r\n'));
    expect(head).toMatch(/Subject: =\?UTF-8\?/);
    expect(head).not.toContain('a-token');
  });
});

describe('nobody else gets it', () => {
  test.each([
    'ada@acme.test, eve@evil.test',
    'ada@acme.test,eve@evil.test',
    'ada@acme.test;eve@evil.test',
    'ada@acme.test\r\nRCPT TO:<eve@evil.test>',
    'ada@acme.test\r\nBcc: eve@evil.test',
    'ada@acme.test>\r\nRCPT TO:<eve@evil.test',
    'Ada <eve@evil.test>',
    'group: eve@evil.test;',
  ])('with an address like %j', async (email) => {
    await startMailServer();
    const outcome = await sendInvitation({ ...mail, email });
    expect(['sent', 'failed']).toContain(outcome);
    expect(received.flatMap(({ to }) => to)).not.toContain('eve@evil.test');
    for (const { text } of received) expect(text).not.toMatch(/^Bcc:/im);
  });

  test.each<[string, Partial<LinkMail>]>([
    ['a tenant’s name', { tenantName: 'Acme\r\nBcc: eve@evil.test\r\n\r\nfree text' }],
    ['a member’s name', { name: 'Ada\r\n.\r\nMAIL FROM:<eve@evil.test>' }],
  ])('with line breaks in %s', async (_, change) => {
    await startMailServer();
    await sendInvitation({ ...mail, ...change });
    expect(received).toHaveLength(1);
    const [message] = received as [Received];
    expect(message.to).toEqual(['ada@acme.test']);
    expect(message.text.slice(0, message.text.indexOf('\r\n\r\n'))).not.toMatch(/^Bcc:/im);
  });
});

describe('what fails is said, and logged without the link', () => {
  const fails = async (...reasons: RegExp[]) => {
    expect(await sendInvitation(mail)).toBe('failed');
    expectLogged(...reasons);
  };
  const expectLogged = (...reasons: RegExp[]) => {
    expect(logged).toHaveLength(reasons.length);
    for (const reason of reasons) expect(logged.join('\n')).toMatch(reason);
    expect(logged.join('')).not.toMatch(/a-token-that|set-password|#/);
  };

  test('a recipient who is refused', async () => {
    await startMailServer({ onRcptTo: (_, __, done) => done(new Error('no such mailbox')) });
    await fails(/no such mailbox/);
    expect(received).toEqual([]);
  });

  test('a text that is refused by a server which repeats it', async () => {
    await startMailServer({
      onData(stream, _, done) {
        let text = '';
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        stream.on('end', () => done(new Error(`spam: ${text.replace(/\s+/g, ' ')}`)));
      },
    });
    await fails(/EMESSAGE, the server answered 450/);
  });

  test('nobody at the port', async () => {
    await startServer(() => {});
    await (closers.pop() as () => Promise<void>)();
    await fails(/ECONNREFUSED/);
  });

  test('a server that answers garbage and hangs up', async () => {
    await startServer((socket) => socket.end('SSH-2.0-OpenSSH_9.0\r\n'));
    await fails(/could not be sent/);
  });

  // Together, because each takes its time: 5 s for the greeting, 10 s of silence afterwards.
  test('within seconds: a server that never greets, never stops greeting, or greets and is silent', async () => {
    const began = performance.now();
    const sending: Array<Promise<string>> = [];
    for (const behave of [
      () => {},
      (socket: Socket) => {
        const timer = setInterval(() => socket.write('220-hello\r\n'), 500);
        socket.on('close', () => clearInterval(timer));
      },
      (socket: Socket) => void socket.write('220 hello\r\n'),
    ]) {
      await startServer(behave);
      sending.push(sendInvitation(mail));
    }
    expect(await Promise.all(sending)).toEqual(['failed', 'failed', 'failed']);
    expect(performance.now() - began).toBeLessThan(15_000);
    expectLogged(/Greeting never received/, /Greeting never received/, /Timeout/);
  }, 60_000);

  test('sooner, where SMTP_URL says so', async () => {
    await startServer(() => {}, '?greetingTimeout=50');
    const began = performance.now();
    await fails(/Greeting never received/);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});

test('every connection is closed behind the mail', async () => {
  let open = 0;
  await startMailServer({
    onConnect(_, done) {
      open++;
      done();
    },
    onClose() {
      open--;
    },
  });
  await sendInvitation(mail);
  await vi.waitFor(() => expect(open).toBe(0));
});
