'use client';

import { useState } from 'react';
import { CountedDialog } from '@/components/counted-dialog';
import { Field } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import type { BiasProfileUse } from '@/lib/bias-profiles/schema';
import { deleteBiasProfileAction, reviewBiasProfileAction } from './actions';
import type { DialogFrame } from './open-dialog';

type DeleteDialogProps = DialogFrame & { profile: BiasProfileUse; profiles: BiasProfileUse[] };

/** Says how many keys use the profile now, and asks what they get instead. */
export function DeleteDialog({ profile: { id, name }, profiles, onClose, onReturnFocus }: DeleteDialogProps) {
  const [replacementId, setReplacementId] = useState<string | null>(null);
  async function remove() {
    const result = await deleteBiasProfileAction({ id, replacementId });
    if (result.status === 'deleted') {
      notify(done(result));
      onClose();
    }
    return result;
  }
  return (
    <CountedDialog
      alert
      title={`Delete ${name}?`}
      description="Nobody can choose it any more. This cannot be undone."
      counting="Counting the keys that use it…"
      count={() => reviewBiasProfileAction({ id })}
      button="Delete"
      tone="danger"
      submit={remove}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      {({ keys }, answer) => {
        const fields = answer?.status === 'invalid' ? answer.fields : {};
        return (
          <>
            {keys === 0 ? <p>No key uses it now.</p> : <Meaning keys={keys} />}
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
          </>
        );
      }}
    </CountedDialog>
  );
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
