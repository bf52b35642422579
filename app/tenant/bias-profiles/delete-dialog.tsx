'use client';

import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field, FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { BiasProfileUse } from '@/lib/bias-profiles/schema';
import { deleteBiasProfileAction, reviewBiasProfileAction } from './actions';
import type { DialogFrame } from './open-dialog';

type DeleteDialogProps = DialogFrame & { profile: BiasProfileUse; profiles: BiasProfileUse[] };

/** Says how many keys use the profile at this moment, whatever the page behind it showed, and asks what they get instead. */
export function DeleteDialog({ profile: { id, name }, profiles, onClose, onReturnFocus }: DeleteDialogProps) {
  const [replacementId, setReplacementId] = useState<string | null>(null);
  const review = useSubmission(() => reviewBiasProfileAction({ id }));
  const load = () => review.submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(load, []);
  const removal = useSubmission(async () => {
    const result = await deleteBiasProfileAction({ id, replacementId });
    if (result.status === 'deleted') {
      notify(done(result));
      onClose();
    }
    return result;
  });
  const keys = review.state?.status === 'ready' ? review.state.keys : null;
  const fields = removal.state?.status === 'invalid' && !removal.pending ? removal.state.fields : {};
  const message = fields.form ?? messageOf(review.state, notCounted) ?? messageOf(removal.state, unreachableMessage);
  return (
    <Dialog
      alert
      title={`Delete ${name}?`}
      description="Nobody can choose it any more. This cannot be undone."
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        {keys === 0 && <p>No key uses it now.</p>}
        {keys !== null && keys > 0 && <Meaning keys={keys} />}
        {keys !== null && (
          <Field label="Keys that use it get" error={fields.replacementId}>
            {(attributes) => (
              <Select
                {...attributes}
                value={replacementId ?? ''}
                onChange={(event) => setReplacementId(event.target.value || null)}
              >
                <option value="">No bias profile</option>
                {profiles
                  .filter((profile) => profile.id !== id)
                  .map((profile) => (
                    <option key={profile.id} value={profile.id}>
                      {profile.name}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        )}
        {keys === null && !message && (
          <p role="status" className="text-ink-muted">
            Counting the keys that use it…
          </p>
        )}
        {message && !review.pending && !removal.pending && <FormMessage>{message}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        {review.state?.status === 'unreachable' && (
          <Button pending={review.pending} onClick={load}>
            Try again
          </Button>
        )}
        {keys !== null && (
          <Button tone="danger" pending={removal.pending} onClick={() => removal.submit(undefined)}>
            Delete
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

const notCounted = 'Latchkey did not answer. Nothing was changed.';

function messageOf(state: { status: string; message?: string } | null, unreachable: string): string | null {
  if (state?.status === 'refused') return state.message ?? null;
  return state?.status === 'unreachable' ? unreachable : null;
}

function done({ keys, replacement }: { keys: number; replacement: string | null }): string {
  if (keys === 0) return 'Bias profile deleted';
  const subject = keys === 1 ? '1 key has' : `${keys.toLocaleString('en')} keys have`;
  return `Bias profile deleted; ${subject} ${replacement === null ? 'none' : `“${replacement}”`} now`;
}

function Meaning({ keys }: { keys: number }) {
  const [who, lose] = keys === 1 ? ['1 key uses', 'It loses'] : [`${keys.toLocaleString('en')} keys use`, 'They lose'];
  return (
    <p className="rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
      <strong className="font-semibold">{who} it now.</strong> {lose} its settings with the next request, and get what
      you choose here.
    </p>
  );
}
