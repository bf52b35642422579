'use client';

import { lazy, Suspense, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';

const loadDialog = () => import('./sign-out-everywhere-dialog');
const SignOutEverywhereDialog = lazy(loadDialog);

export function SignOutEverywhere() {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <div className="flex items-center justify-between gap-4 border-line border-t bg-sunken/50 px-5 py-3 max-sm:flex-col max-sm:items-stretch max-sm:px-4">
      <p className="text-ink-muted">Lost a device, or not sure where you are signed in?</p>
      <Button
        ref={button}
        onPointerEnter={loadDialog}
        onFocus={loadDialog}
        onPointerDown={loadDialog}
        onClick={() => setOpen(true)}
      >
        Sign out everywhere
      </Button>
      {open && (
        <Suspense>
          <SignOutEverywhereDialog onClose={() => setOpen(false)} onReturnFocus={() => button.current?.focus()} />
        </Suspense>
      )}
    </div>
  );
}
