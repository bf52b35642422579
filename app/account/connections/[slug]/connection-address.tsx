'use client';

import { CopyButton } from '@/components/ui/copy-button';
import { selectText } from '@/components/ui/select-text';

const id = 'connection-address';

/** What a client takes as its base URL. */
export function ConnectionAddress({ address }: { address: string }) {
  return (
    <span className="flex min-w-0 items-center justify-end gap-0.5">
      <code id={id} className="font-mono text-xs [overflow-wrap:anywhere]">
        {address}
      </code>
      <CopyButton
        label="Copy address"
        hint="Copy address"
        done="Address copied"
        text={address}
        className="-my-2 -mr-2"
        onFailed={() => selectText(id)}
      />
    </span>
  );
}
