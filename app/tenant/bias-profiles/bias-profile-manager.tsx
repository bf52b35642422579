'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { PageHeading } from '@/components/ui/page-heading';
import { useOpener } from '@/components/use-opener';
import type { BiasProfileUse } from '@/lib/bias-profiles/schema';
import { BiasProfileDialog } from './bias-profile-dialog';
import { BiasProfileTable } from './bias-profile-table';
import { DeleteDialog } from './delete-dialog';
import type { OpenDialog, Opener } from './open-dialog';

/** The tenant's bias profiles. */
export function BiasProfileManager({ profiles }: { profiles: BiasProfileUse[] }) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const { fallback, remember, returnFocus } = useOpener<HTMLButtonElement>(profiles);
  const open: Opener = (next, from) => {
    remember(from);
    setDialog(next);
  };

  const frame = { onClose: () => setDialog(null), onReturnFocus: returnFocus };
  return (
    <>
      <PageHeading
        title="Bias profiles"
        action={
          <Button
            ref={fallback}
            tone="primary"
            className="max-sm:w-full"
            onClick={(event) => open({ kind: 'create' }, event.currentTarget)}
          >
            + New bias profile
          </Button>
        }
      >
        Named settings for your services. A key with a profile brings its settings along with every request; a change
        holds from the next request on.
      </PageHeading>
      <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
        {profiles.length === 0 ? <NoProfiles /> : <BiasProfileTable profiles={profiles} onOpen={open} />}
      </div>
      {dialog?.kind === 'create' && <BiasProfileDialog profile={null} {...frame} />}
      {dialog?.kind === 'edit' && <BiasProfileDialog profile={dialog.profile} {...frame} />}
      {dialog?.kind === 'delete' && <DeleteDialog profile={dialog.profile} profiles={profiles} {...frame} />}
    </>
  );
}

function NoProfiles() {
  return (
    <div className="px-5 py-14 text-center max-sm:px-4">
      <p className="font-medium">No bias profiles yet</p>
      <p className="mx-auto mt-1 max-w-md text-ink-muted">
        A bias profile tells your services how to treat a key’s requests, for example{' '}
        <code className="whitespace-nowrap rounded bg-sunken px-1 py-0.5 font-mono text-xs">
          {'{"temperature": 0}'}
        </code>
        . Owners attach one to a key, and every authenticated request hands its settings to the service.
      </p>
    </div>
  );
}
