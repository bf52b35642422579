'use client';

import { Button } from '@/components/ui/button';
import { DialogFooter } from '@/components/ui/dialog';

export const leaveWarning =
  'You have neither copied nor downloaded the client secret. Once this is closed nobody can show it again: you would have to delete the key and create another.';

export function LeaveStep({ onBack, onLeave }: { onBack: () => void; onLeave: () => void }) {
  return (
    <div className="pt-5">
      <DialogFooter>
        <Button onClick={onBack}>Cancel</Button>
        <Button tone="danger" onClick={onLeave}>
          Close anyway
        </Button>
      </DialogFooter>
    </div>
  );
}
