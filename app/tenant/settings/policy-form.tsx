'use client';

import { type FormEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import type { Policy } from '@/lib/tenants/schema';
import { PolicyFields } from './policy-fields';
import { changeOf, type PolicyTextChange, problemsOf, readText, textOf } from './policy-text';
import { ReviewDialog } from './review-dialog';
import type { PolicyMessages } from './states';

export function PolicyForm({ policy }: { policy: Policy }) {
  // What the fields held when they were filled in or saved: only what differs from it is the admin's own change.
  const [known, setKnown] = useState(() => textOf(policy));
  const [problems, setProblems] = useState<PolicyMessages>({});
  const [reviewed, setReviewed] = useState<PolicyTextChange | null>(null);
  const save = useRef<HTMLButtonElement>(null);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const change = changeOf(known, readText(new FormData(event.currentTarget)));
    const found = problemsOf(change);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    if (Object.keys(change).length > 0) setReviewed(change);
    else notify('Nothing to save');
  }
  function onInvalid(found: PolicyMessages) {
    setProblems(found);
    setReviewed(null);
  }
  return (
    <>
      <form method="post" onSubmit={onSubmit} noValidate className="space-y-6">
        <PolicyFields policy={policy} problems={problems} />
        <div className="flex items-center justify-end gap-3 max-sm:flex-col-reverse max-sm:items-stretch">
          {problems.form && <FormMessage>{problems.form}</FormMessage>}
          <Button ref={save} type="submit" tone="primary">
            Save
          </Button>
        </div>
      </form>
      {reviewed && (
        <ReviewDialog
          change={reviewed}
          onSaved={() => setKnown({ ...known, ...reviewed })}
          onInvalid={onInvalid}
          onClose={() => setReviewed(null)}
          onReturnFocus={() => save.current?.focus()}
        />
      )}
    </>
  );
}
