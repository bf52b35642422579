import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Agent, Dispatcher } from 'undici';
import type { Reply } from '../http/problem';
import { sendAndLinger } from '../http/send';
import { BodyRefused } from './body';
import { failureOf } from './failures';
import { type AnswerHead, headersForCaller } from './headers';
import { type Mask, openMask } from './masking';
import type { GatewayFailure } from './schema';
import type { Target } from './targets';

export type Relayed = {
  upstreams: Agent;
  request: IncomingMessage;
  response: ServerResponse;
  target: Target;
  method: string;
  /** At the upstream, with its query. */
  path: string;
  headers: string[];
  body: Buffer | Readable | null;
  /** The provider key, which no answer holds. */
  secret: string | null;
  /** Further headers for the caller, names and values in turn. */
  fields: readonly string[];
  /** Milliseconds between two looks at whether the caller may still be answered. */
  period: number;
  /** The answer that ends it all; null while the caller may go on. */
  reconsider: () => Promise<Reply | null>;
  /** Counts a failure. @returns the answer for who has none yet */
  failed: (reason: GatewayFailure) => Reply;
  refused: (reason: BodyRefused['reason']) => Reply;
  keyRefused: () => void;
};

/** Calls the upstream, and brings its answer as it comes. */
export function relay(relayed: Relayed): void {
  const { upstreams, target, method, path, headers, body } = relayed;
  const timeout = target.timeoutInMilliseconds;
  upstreams.dispatch(
    { origin: target.origin, method, path, headers, body, headersTimeout: timeout, bodyTimeout: timeout },
    new Relay(relayed),
  );
}

/**
 * One call. What the caller has not taken yet is not read from the upstream. It ends with the answer, or when either
 * side, or the key, goes away; what the caller then has of an answer is recognizably not all of it.
 */
class Relay implements Dispatcher.DispatchHandler {
  private readonly mask: Mask;
  private readonly watch: NodeJS.Timeout;
  private controller: Dispatcher.DispatchController | undefined;
  private over = false;
  private received = 0;
  /** For how long the caller has taken nothing, in milliseconds. */
  private stalled = 0;
  /** Whether the caller was told how long the answer is. */
  private lengthIsKnown = false;

  constructor(private readonly relayed: Relayed) {
    this.mask = openMask(relayed.secret);
    relayed.response.on('close', () => {
      if (!this.over) this.leave(new Error('The caller went away.'));
    });
    relayed.response.on('drain', () => this.controller?.resume());
    this.watch = setInterval(() => this.look(), relayed.period).unref();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(new Error('The request is over.'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // 1xx: the answer is still to come.
    if (this.over || status < 200) return;
    const { target, fields, method } = this.relayed;
    const head = headersForCaller(controller.rawHeaders as Buffer[], target.slug, fields);
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
    const reason = this.failureOfHead(status, head, hasBody);
    if (reason) this.fail(reason);
    else this.begin(status, head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over) return;
    const { response, target } = this.relayed;
    this.received += chunk.length;
    if (this.received > target.sizeLimitInBytes) {
      this.fail('upstream_too_large');
      return;
    }
    const passed = this.mask.pass(chunk);
    if (passed.length > 0 && !response.write(passed)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.over) return;
    this.leave();
    const rest = this.mask.rest();
    if (rest) this.relayed.response.write(rest);
    this.relayed.response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.over) return;
    if (error instanceof BodyRefused) this.end(this.relayed.refused(error.reason));
    else this.fail(failureOf(error, this.controller !== undefined));
  }

  private failureOfHead(status: number, { encoding, length }: AnswerHead, hasBody: boolean): GatewayFailure | null {
    if (status >= 300 && status < 400 && status !== 304) return 'upstream_redirected';
    // What is compressed might hold the provider key unseen, and nobody asked for it.
    if (hasBody && encoding !== '') return 'upstream_invalid';
    return hasBody && (length ?? 0) > this.relayed.target.sizeLimitInBytes ? 'upstream_too_large' : null;
  }

  private begin(status: number, head: AnswerHead): void {
    const { request, response, secret } = this.relayed;
    const fields = head.fields.map(this.mask.text);
    this.lengthIsKnown = head.length !== null;
    if (head.length !== null && status !== 204) fields.push('Content-Length', String(head.length));
    if (head.encoding !== '') fields.push('Content-Encoding', head.encoding);
    if (!request.complete) fields.push('Connection', 'close');
    try {
      response.writeHead(status, fields);
    } catch {
      this.fail('upstream_invalid');
      return;
    }
    if (status === 401 && secret !== null) this.relayed.keyRefused();
    // At the end of the turn: what came with the headers goes with them, and headers alone do not wait.
    process.nextTick(() => {
      if (!this.over) response.flushHeaders();
    });
  }

  private fail(reason: GatewayFailure): void {
    this.end(this.relayed.failed(reason));
  }

  /** @param reply for who has no answer yet; whoever has a part of one sees that it breaks off */
  private end(reply: Reply): void {
    const { request, response } = this.relayed;
    if (this.over) return;
    this.leave(new Error('The request is over.'));
    if (!response.headersSent) {
      sendAndLinger(request, response, reply);
      return;
    }
    // Such a caller takes the connection's end for the answer's, unless it is reset.
    if (!this.lengthIsKnown && request.httpVersion === '1.0') response.socket?.resetAndDestroy();
    response.destroy();
  }

  /** Nothing more is expected of the upstream; with a reason it is told to stop. */
  private leave(reason?: Error): void {
    this.over = true;
    clearInterval(this.watch);
    if (reason) this.controller?.abort(reason);
  }

  private async look(): Promise<void> {
    const { response, period, target, reconsider, refused } = this.relayed;
    this.stalled = response.writableNeedDrain ? this.stalled + period : 0;
    if (this.stalled > target.timeoutInMilliseconds) {
      this.end(refused('stalled'));
      return;
    }
    const reply = await reconsider();
    if (reply) this.end(reply);
  }
}
