'use client';

import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import type { BiasProfileChoice } from '@/lib/keys/schema';

type BiasProfileFieldProps = {
  profiles: BiasProfileChoice[];
  chosen: string | null;
  onChange: (chosen: string | null) => void;
  error: string | undefined;
};

/** Which of the tenant's bias profiles the key hands out; nothing where there is nothing to choose. */
export function BiasProfileField({ profiles, chosen, onChange, error }: BiasProfileFieldProps) {
  const known = profiles.find(({ id }) => id === chosen);
  if (profiles.length === 0 && chosen === null) return null;
  return (
    <Field label="Bias profile" note="optional" help={known?.description || undefined} error={error}>
      {(attributes) => (
        <Select
          {...attributes}
          value={chosen ?? ''}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        >
          <option value="">None</option>
          {profiles.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {chosen !== null && !known && <option value={chosen}>(deleted)</option>}
        </Select>
      )}
    </Field>
  );
}
