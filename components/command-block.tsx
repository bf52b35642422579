'use client';

import { type ReactNode, useId } from 'react';
import { CopyButton } from './ui/copy-button';
import { selectText } from './ui/select-text';

type CommandBlockProps = {
  /** What the command is, such as `curl, Bearer`; in the name of its button. */
  label: string;
  text: string;
  /** At the left of the bar above the command. */
  bar: ReactNode;
  /** Puts the command into what the bar switches. */
  panel?: (command: ReactNode) => ReactNode;
};

/** A command to copy. */
export function CommandBlock({ label, text, bar, panel = (command) => command }: CommandBlockProps) {
  const id = useId();
  const command = (
    <pre
      id={id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard has to reach what it shall scroll
      tabIndex={0}
      className="overflow-x-auto px-4 py-3 font-mono text-xs leading-5 focus-visible:-outline-offset-2"
    >
      {text}
    </pre>
  );
  return (
    <div className="overflow-hidden rounded-lg border border-line-strong bg-surface">
      <div className="flex min-h-10 items-center justify-between border-line border-b pr-1">
        {bar}
        <CopyButton
          label={`Copy ${label}`}
          hint="Copy"
          done="Command copied"
          text={text}
          onFailed={() => selectText(id)}
        />
      </div>
      {panel(command)}
    </div>
  );
}
