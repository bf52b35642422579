'use client';

import { CopyButton } from '@/components/ui/copy-button';
import { selectText } from '@/components/ui/select-text';

export function CopyableClientId({ clientId }: { clientId: string }) {
  return (
    <span className="flex items-center justify-end">
      <code id="client-id" className="break-all font-mono text-xs">
        {clientId}
      </code>
      <CopyButton
        label="Copy client ID"
        done="Client ID copied"
        text={clientId}
        className="-my-2 -mr-2"
        onFailed={() => selectText('client-id')}
      />
    </span>
  );
}
