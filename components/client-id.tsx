'use client';

import { CopyButton } from './ui/copy-button';
import { selectText } from './ui/select-text';

type ClientIdProps = {
  clientId: string;
  /** The accessible name of the button, such as `Copy client ID of Laptop`. */
  label?: string;
  /** Of the code. */
  className?: string;
  /** Of the button, whose own height must not stretch the line. */
  buttonClass?: string;
};

/** A client ID to be read and copied; selected, where the browser does not let it be copied. */
export function ClientId({
  clientId,
  label = 'Copy client ID',
  className = 'truncate',
  buttonClass = '',
}: ClientIdProps) {
  const id = `client-id-${clientId}`;
  return (
    <span className="flex min-w-0 items-center gap-0.5">
      <code id={id} className={`font-mono text-xs ${className}`}>
        {clientId}
      </code>
      <CopyButton
        label={label}
        hint="Copy client ID"
        done="Client ID copied"
        text={clientId}
        className={buttonClass}
        onFailed={() => selectText(id)}
      />
    </span>
  );
}
