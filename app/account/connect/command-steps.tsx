'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { CommandBlock } from '@/components/command-block';
import { buttonClass } from '@/components/ui/button-class';
import { callCommand, downloadCommand, setSecretCommand } from '@/lib/connections/commands';
import { Remarks } from './remarks';
import type { Selection } from './selection';

type CommandStepsProps = { selection: Selection; origin: string };

/** The commands, in the order in which they are run. */
export function CommandSteps({ selection, origin }: CommandStepsProps) {
  const { connection, key, surface, shell, model } = selection;
  if (!key) return <NoKey />;
  const shellName = shell === 'bash' ? 'bash' : 'PowerShell';
  const call = callCommand({ origin, clientId: key.clientId, connection, model }, surface, shell);
  const steps = [
    ...(surface === 'cli'
      ? [
          {
            title: 'Get the command line, once',
            note: 'One file, which needs Node 20 or newer and nothing else.',
            label: 'the download',
            text: downloadCommand(origin, shell),
          },
        ]
      : []),
    {
      title: `Enter the client secret of ${key.name}`,
      note: 'Paste it and press Enter; it stays invisible, and in this terminal alone. Latchkey cannot fill it in.',
      label: 'the command for the secret',
      text: setSecretCommand(shell),
    },
    {
      title: connection ? `Call ${connection.name}` : 'Ask whose key it is',
      note: null,
      label: 'the call',
      text: call,
    },
  ];
  return (
    <>
      <Remarks selection={selection} />
      <ol className="space-y-6">
        {steps.map(({ title, note, label, text }, index) => (
          <Step key={label} number={index + 1} title={title} note={note}>
            <CommandBlock
              label={label}
              text={text}
              bar={<span className="pl-4 font-medium text-ink-muted text-xs">{shellName}</span>}
            />
          </Step>
        ))}
      </ol>
    </>
  );
}

type StepProps = { number: number; title: string; note: string | null; children: ReactNode };

function Step({ number, title, note, children }: StepProps) {
  return (
    <li>
      <h3 className="font-medium [overflow-wrap:anywhere]">
        <span className="mr-1.5 text-ink-faint tabular-nums">{number}.</span>
        {title}
      </h3>
      {note && <p className="mt-0.5 text-ink-muted">{note}</p>}
      <div className="mt-2">{children}</div>
    </li>
  );
}

function NoKey() {
  return (
    <div className="flex flex-col items-start gap-4 py-6">
      <p className="max-w-md text-ink-muted">
        You have no key that works at present. Create one, or activate one that you have, and its command will be here.
      </p>
      <Link href="/account/api-keys" className={buttonClass('primary')}>
        Go to your API keys
      </Link>
    </div>
  );
}
