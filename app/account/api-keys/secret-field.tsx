'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { selectText } from '@/components/ui/select-text';
import { maskedSecret } from './mask';

const lineClass = 'flex items-center rounded-lg border border-line-strong bg-canvas pr-1';
const valueClass =
  'h-10 min-w-0 flex-1 text-ellipsis rounded-lg bg-transparent pl-3 font-mono text-ink text-xs focus-visible:outline-offset-0 max-lg:h-11';

export function ClientIdField({ clientId }: { clientId: string }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        Client ID
      </label>
      <div className={lineClass}>
        <input id={id} readOnly value={clientId} spellCheck={false} className={valueClass} />
        <CopyButton
          label="Copy client ID"
          hint="Copy"
          done="Client ID copied"
          text={clientId}
          onFailed={() => selectText(id)}
        />
      </div>
    </div>
  );
}

type SecretFieldProps = { secret: string; shown: boolean; onShow: (shown: boolean) => void; onCopied: () => void };

export function SecretField({ secret, shown, onShow, onCopied }: SecretFieldProps) {
  const id = useId();
  const [failures, setFailures] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  // After a refused copy the secret is shown and, once it is, selected.
  useEffect(() => {
    if (failures > 0 && input.current) selectText(input.current.id);
  }, [failures]);
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        Client secret
      </label>
      <div className={lineClass}>
        <input
          ref={input}
          id={id}
          readOnly
          value={shown ? secret : maskedSecret(secret)}
          autoComplete="off"
          spellCheck={false}
          className={valueClass}
          // Copying by hand is saving it, too.
          onCopy={() => shown && onCopied()}
        />
        <IconButton
          label={shown ? 'Hide client secret' : 'Show client secret'}
          hint={shown ? 'Hide' : 'Show'}
          icon={shown ? EyeOff : Eye}
          onClick={() => onShow(!shown)}
        />
        <CopyButton
          label="Copy client secret"
          hint="Copy"
          done="Client secret copied"
          text={secret}
          onCopied={onCopied}
          onFailed={() => {
            onShow(true);
            setFailures(failures + 1);
          }}
        />
      </div>
    </div>
  );
}
