'use client';

import { Button } from '@/components/ui/button';
import { DialogFooter } from '@/components/ui/dialog';

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
