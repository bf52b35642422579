'use client';

import { Button } from '@/components/ui/button';
import { DialogFooter } from '@/components/ui/dialog';

type MintFooterProps = {
  button: string;
  pending: boolean;
  /** It was done by an earlier submit: there is nothing left to send. */
  finished: boolean;
  onClose: () => void;
};

/** The buttons of a step that mints a secret. */
export function MintFooter({ button, pending, finished, onClose }: MintFooterProps) {
  return (
    <DialogFooter>
      <Button onClick={onClose}>{finished ? 'Close' : 'Cancel'}</Button>
      {!finished && (
        <Button type="submit" tone="primary" pending={pending}>
          {button}
        </Button>
      )}
    </DialogFooter>
  );
}
