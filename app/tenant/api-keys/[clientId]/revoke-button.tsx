'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { useOpener } from '@/components/use-opener';
import { KeyDialogs } from '../key-dialogs';

export function RevokeButton({ clientId, name }: { clientId: string; name: string }) {
  const [open, setOpen] = useState(false);
  const { fallback, remember, returnFocus } = useOpener<HTMLButtonElement>(clientId);
  return (
    <>
      <Button
        ref={fallback}
        tone="danger"
        className="max-sm:w-full"
        aria-label={`Revoke ${name}`}
        onClick={(event) => {
          remember(event.currentTarget);
          setOpen(true);
        }}
      >
        Revoke
      </Button>
      {open && (
        <KeyDialogs
          dialog={{ kind: 'revoke', clientId, name }}
          onClose={() => setOpen(false)}
          onReturnFocus={returnFocus}
          onRevoked={() => setOpen(false)}
        />
      )}
    </>
  );
}
