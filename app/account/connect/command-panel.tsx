'use client';

import { useSearchParams } from 'next/navigation';
import { startTransition, useOptimistic } from 'react';
import { ChoiceFields } from './choice-fields';
import { CommandSteps } from './command-steps';
import { type Choices, type ConnectionChoice, selectionOf } from './selection';

type CommandPanelProps = {
  choices: Choices;
  origin: string;
  /** On a connection's own page: that one, and no other can be chosen. */
  fixed?: ConnectionChoice;
};

/** Choices at the left, and the commands that follow from them. The address holds the choices, so they can be linked. */
export function CommandPanel({ choices, origin, fixed }: CommandPanelProps) {
  // The router says what is in the address when it has time. Until then a list would show what was chosen before, and the
  // next key would go on from there.
  const [query, setQuery] = useOptimistic<URLSearchParams>(useSearchParams());
  const selection = selectionOf(query, choices, fixed ?? null);

  function choose(name: string, value: string) {
    const next = new URLSearchParams(query);
    next.set(name, value);
    // Another connection has other models.
    if (name === 'connection') next.delete('model');
    startTransition(() => {
      setQuery(next);
      // Not the router's own: nothing has to be asked of the server, and the focus stays where it is.
      window.history.replaceState(null, '', `?${next}`);
    });
  }

  return (
    <div className="grid lg:grid-cols-[20rem_minmax(0,1fr)]">
      <div className="space-y-5 border-line px-5 py-5 max-lg:border-b max-sm:px-4 lg:border-r">
        <ChoiceFields selection={selection} choices={choices} fixed={fixed !== undefined} onChoose={choose} />
      </div>
      <div className="min-w-0 px-5 py-5 max-sm:px-4">
        <CommandSteps selection={selection} origin={origin} />
      </div>
    </div>
  );
}
