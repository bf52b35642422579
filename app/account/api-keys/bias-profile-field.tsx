'use client';

import { useState } from 'react';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import type { BiasProfileChoice } from '@/lib/keys/schema';

type BiasProfileFieldProps = {
  /** The tenant's bias profiles. */
  profiles: BiasProfileChoice[];
  chosen: string | null;
  onChange: (chosen: string | null) => void;
  error: string | undefined;
};

/** Which of the tenant's bias profiles the key brings along; nothing where there is nothing to choose. */
export function BiasProfileField({ profiles, chosen, onChange, error }: BiasProfileFieldProps) {
  // What the field opened with stays in it, so that a profile which is gone meanwhile can be chosen away, and back.
  const [first] = useState(chosen);
  const gone = [...new Set([first, chosen])]
    .filter((id) => id !== null)
    .filter((id) => !profiles.some((profile) => profile.id === id));
  const all = [...profiles, ...gone.map((id) => ({ id, name: '(deleted)', description: '' }))];
  if (all.length === 0) return null;
  const profile = all.find(({ id }) => id === chosen);
  return (
    <Field
      label="Bias profile"
      note="optional"
      error={error}
      help={profile?.description && <bdi className="[overflow-wrap:anywhere]">{profile.description}</bdi>}
    >
      {(attributes) => (
        <Select {...attributes} value={chosen ?? ''} onChange={(event) => onChange(event.target.value || null)}>
          <option value="">None</option>
          {all.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
