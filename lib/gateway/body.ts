/** Requests' bodies: read as a whole where they are small or have to be looked at, otherwise passed on as they arrive. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** Why a body was not read to its end. */
export class BodyRefused extends Error {
  override name = 'BodyRefused';
  constructor(readonly reason: 'too_large' | 'stalled' | 'aborted') {
    super(`The body of the request is ${reason}.`);
  }
}

/** Up to so many bytes are sent on in one piece, with the headers. */
const small = 65_536;

/** What the headers say of the body's length: 0 when there is none, null when it is not known. */
export function lengthOf({ headers }: IncomingMessage): number | null {
  if (headers['transfer-encoding'] !== undefined) return null;
  return Number(headers['content-length'] ?? 0);
}

/**
 * The body as undici wants it: null when there is none, in one piece when it is small, otherwise a stream that pauses the
 * caller as long as the upstream takes no more. The request itself is never destroyed, since its answer is still to come.
 * @param limit bytes; more of them end the stream with `BodyRefused`
 * @param patience milliseconds of silence
 */
export async function openBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  patience: number,
): Promise<Buffer | Readable | null> {
  const length = lengthOf(request);
  if (length === 0) return null;
  if (length !== null && length <= small) return readBody(request, response, limit, patience);
  letCome(request, response);
  return streamBody(request, limit, patience);
}

/** The whole body. @throws BodyRefused */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  patience: number,
): Promise<Buffer> {
  letCome(request, response);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    listen(request, limit, patience, {
      data: (chunk) => chunks.push(chunk),
      end: () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
      fail: reject,
    });
  });
}

function streamBody(request: IncomingMessage, limit: number, patience: number): Readable {
  const body = new Readable({
    read: () => void request.resume(),
    destroy(error, done) {
      stop();
      done(error);
    },
  });
  const stop = listen(request, limit, patience, {
    data: (chunk) => {
      if (!body.push(chunk)) request.pause();
    },
    end: () => body.push(null),
    fail: (error) => body.destroy(error),
  });
  return body;
}

/** RFC 9110 section 10.1.1: who asks first is told to send only now, when it is known that somebody wants it. */
function letCome(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect !== undefined) response.writeContinue();
}

type Listener = { data: (chunk: Buffer) => void; end: () => void; fail: (error: BodyRefused) => void };

/** @returns listens no more; what still comes is thrown away, so that the caller gets to reading the answer */
function listen(request: IncomingMessage, limit: number, patience: number, listener: Listener): () => void {
  let bytes = 0;
  // While the upstream takes no more, the silence is not the caller's.
  const silence = setTimeout(() => {
    if (request.isPaused()) silence.refresh();
    else fail('stalled');
  }, patience);
  const fail = (reason: BodyRefused['reason']) => {
    stop();
    listener.fail(new BodyRefused(reason));
  };
  const data = (chunk: Buffer) => {
    bytes += chunk.length;
    silence.refresh();
    if (bytes > limit) fail('too_large');
    else listener.data(chunk);
  };
  const end = () => {
    stop();
    listener.end();
  };
  const aborted = () => fail('aborted');
  const stop = () => {
    clearTimeout(silence);
    request.off('data', data).off('end', end).off('close', aborted).resume();
  };
  request.on('data', data).on('end', end).on('close', aborted);
  request.on('error', () => {});
  return stop;
}
