import Link from 'next/link';
import type { ReactNode } from 'react';
import { CommandBlock } from '@/components/command-block';
import { Chapter, Word } from './chapter';
import { commandLineLines, openAiLines } from './commands';

type ConnectionChaptersProps = { origin: string; bar: (title: string) => ReactNode };

/** How to call what the tenant connected, by its own client and by ours. */
export function ConnectionChapters({ origin, bar }: ConnectionChaptersProps) {
  return (
    <>
      <Chapter id="connections">
        <p>
          A connection is an LLM provider or a workflow that your tenant lets you call. You send your own key; Latchkey
          puts the provider’s in its place, which you never see, and streams the answer back. Its address is{' '}
          <Word>/api/v1/connect/</Word> and the connection’s name, and what follows it is the provider’s own path. So a
          client that sends its key as Bearer works unchanged, OpenAI’s for one: give it that address, and your client
          secret as its key.
        </p>
        <CommandBlock label="the OpenAI client" text={openAiLines(origin)} bar={bar('Node, npm install openai')} />
        <p>
          Your own connections, with commands that are filled in, are on the page{' '}
          <Link
            href="/account/connect"
            prefetch={false}
            className="rounded font-medium text-accent-text hover:underline"
          >
            Use your API keys
          </Link>
          . Answers of the provider carry <Word>X-Latchkey-Connection</Word>; a refusal without it is Latchkey’s.
        </p>
      </Chapter>
      <Chapter id="cli">
        <p>
          <Word>latchkey.mjs</Word> is one file for Node 20 and newer. It reads the key from the environment alone,
          prints answers as they arrive, and its exit code says who refused: <Word>node latchkey.mjs --help</Word>.
        </p>
        <CommandBlock label="the command line" text={commandLineLines(origin)} bar={bar('Shell')} />
      </Chapter>
    </>
  );
}
