'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { Field } from '@/components/ui/field';

type ValueFieldProps = {
  value: string;
  onChange: (value: string) => void;
  /** What is stored now, of a provider key that there is. */
  mask: string | null;
  error: string | undefined;
};

/** Password managers that look at each field, and not at its kind alone. */
const leaveAlone = {
  'data-1p-ignore': true,
  'data-bwignore': true,
  'data-lpignore': 'true',
  'data-form-type': 'other',
};

/**
 * The value, hidden while it is typed. Not a field of the type `password`: browsers offer to save what is in one of those,
 * whatever they are told; hidden by its look it is nothing to them, and `off` keeps it out of what they restore.
 */
export function ValueField({ value, onChange, mask, error }: ValueFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label="API key value"
      note={mask === null ? '' : `now ${mask}`}
      error={error}
      help={
        mask === null
          ? 'As the provider shows it. It is encrypted, and nobody can read it here again.'
          : 'Leave it blank to keep the value. A new one holds from the next request on.'
      }
    >
      {(attributes) => (
        <div className="relative">
          <input
            type="text"
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            {...leaveAlone}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            {...attributes}
            className={`${attributes.className} pr-11 font-mono max-sm:pr-13 ${shown ? '' : '[-webkit-text-security:disc]'}`}
          />
          <span className="absolute top-0.5 right-0.5 max-sm:top-0">
            <IconButton
              label={shown ? 'Hide API key value' : 'Show API key value'}
              hint={shown ? 'Hide' : 'Show'}
              icon={shown ? EyeOff : Eye}
              onClick={() => setShown(!shown)}
            />
          </span>
        </div>
      )}
    </Field>
  );
}
