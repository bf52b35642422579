/** A real SMTP server on this machine that keeps what it takes. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type ReceivedMail = { to: string; subject: string; body: string };

export type MailServer = { url: string; received: ReceivedMail[]; close(): Promise<void> };

/** @param port of an earlier one that was closed, to come back there */
export async function startMailServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      stream.on('end', () => {
        for (const { address } of session.envelope.rcptTo) received.push({ to: address, ...read(text) });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${taken}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The subject and the text, with the transfer encodings undone. */
function read(text: string): { subject: string; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end).replace(/\r\n[ \t]/g, ' ');
  const raw = text.slice(end + 4);
  const body = /^Content-Transfer-Encoding: base64$/im.test(head)
    ? Buffer.from(raw, 'base64')
    : /^Content-Transfer-Encoding: quoted-printable$/im.test(head)
      ? unquote(raw.replace(/=\r\n/g, ''))
      : Buffer.from(raw, 'latin1');
  const subject = (/^Subject: (.*)$/im.exec(head)?.[1] ?? '')
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?(.*?)\?=/gi, (_, kind: string, word: string) =>
      (kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64') : unquote(word.replaceAll('_', ' '))).toString(
        'latin1',
      ),
    );
  const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');
  return { subject: utf8(subject), body: body.toString('utf8').replaceAll('\r\n', '\n').trim() };
}

function unquote(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
