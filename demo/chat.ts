import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

export const demoModel = 'demo';
/** Slow enough to be seen arriving. */
const millisecondsPerWord = 30;

const question = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })).min(1),
  stream: z.boolean().nullish(),
});

export type Wrong = { status: number; code: string; message: string };

/** Answers as OpenAI's chat completions do, whole or word by word; or says what is wrong with the question. */
export async function answerChat(asked: unknown, response: ServerResponse): Promise<Wrong | null> {
  const { success, data } = question.safeParse(asked);
  if (!success) return { status: 400, code: 'invalid_request', message: 'Send a model and messages, as JSON.' };
  const { model, messages, stream } = data;
  if (model !== demoModel) {
    const message = `The model ${JSON.stringify(model)} does not exist; there is ${JSON.stringify(demoModel)}.`;
    return { status: 404, code: 'model_not_found', message };
  }
  const words = answerTo(textOf(messages.at(-1)?.content)).split(/(?<= )/);
  const frame = { id: 'chatcmpl-demo', created: 1_700_000_000, model };
  if (stream) await streamWords(response, frame, words);
  else {
    const message = { role: 'assistant', content: words.join('') };
    const usage = { prompt_tokens: 1, completion_tokens: words.length, total_tokens: words.length + 1 };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(`${JSON.stringify({ ...frame, object: 'chat.completion', choices, usage })}\n`);
  }
  return null;
}

async function streamWords(response: ServerResponse, frame: object, words: string[]): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  const send = (delta: object, finish: string | null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices })}\n\n`);
  };
  send({ role: 'assistant', content: '' }, null);
  for (const word of words) {
    await wait(millisecondsPerWord);
    if (response.destroyed) return;
    send({ content: word }, null);
  }
  send({}, 'stop');
  response.end('data: [DONE]\n\n');
}

function answerTo(text: string): string {
  const echo = text === '' ? '' : ` You said: “${text.slice(0, 200)}”.`;
  return (
    `Hello! I am the demo provider, and these words come one by one.${echo}` +
    ' Whoever called me has never seen my key: Latchkey put it in place of theirs.'
  );
}

/** A message's text, also where it comes in parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}
