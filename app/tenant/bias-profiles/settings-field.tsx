'use client';

import type { RefObject } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { formatSettings, readSettings } from '@/lib/bias-profiles/settings';

type SettingsFieldProps = {
  value: string;
  onChange: (value: string) => void;
  /** What the server said of what was sent; what is wrong with the text as it is now comes first. */
  error: string | undefined;
  ref: RefObject<HTMLTextAreaElement | null>;
};

/** The settings as JSON, read while they are written. A plain text field: Tab leaves it. */
export function SettingsField({ value, onChange, error, ref }: SettingsFieldProps) {
  const reading = readSettings(value);
  const problem = reading.status === 'invalid' ? reading.message : null;
  const size =
    reading.status === 'valid' ? `${reading.sizeInBytes.toLocaleString('en')} of 8,192 bytes` : 'at most 8 KiB';
  return (
    <div>
      <Field
        label="Settings"
        note="JSON"
        aside={<span className="text-ink-faint text-xs tabular-nums">{size}</span>}
        error={problem ?? error}
        help="One JSON object, which your services get as it is. Everybody with the key can read it: no secrets."
      >
        {(attributes) => (
          <textarea
            ref={ref}
            rows={9}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            value={value}
            onChange={(event) => onChange(event.target.value)}
            {...attributes}
            className={`${attributes.className} min-h-52 resize-y py-2 font-mono [tab-size:2]`}
          />
        )}
      </Field>
      <div className="mt-2 flex items-center justify-between gap-3">
        <p role="status" className="text-ink-muted text-xs">
          {problem === null ? 'Valid JSON' : <span className="sr-only">{problem}</span>}
        </p>
        <Button
          refusal={problem === null ? null : 'Correct the JSON first.'}
          onClick={() => onChange(formatSettings(value))}
        >
          Format
        </Button>
      </div>
    </div>
  );
}
