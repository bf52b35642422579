'use client';

import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';

export const controlClass =
  'w-full rounded-lg border bg-raised px-3 text-ink text-sm max-sm:text-base shadow-soft transition-colors placeholder:text-ink-faint hover:border-ink-faint focus-visible:border-accent-text focus-visible:outline-2 focus-visible:outline-offset-0 h-9 max-sm:h-11';

type Attributes = {
  id: string;
  'aria-invalid': true | undefined;
  'aria-describedby': string | undefined;
  className: string;
};

type FieldProps = {
  label: string;
  /** Behind the label: "optional". */
  note?: string;
  help?: ReactNode;
  error?: string | undefined;
  /** At the right end of the label's line. */
  aside?: ReactNode;
  children: (attributes: Attributes) => ReactNode;
};

/** A label, a control, its help and its error, tied together for everybody. */
export function Field({ label, note, help, error, aside, children }: FieldProps) {
  const id = useId();
  const describedBy = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ');
  return (
    <div>
      <div className="mb-1.5 flex items-baseline justify-between gap-3">
        <span>
          <label htmlFor={id} className="font-medium">
            {label}
          </label>
          {note && <span className="ml-1.5 text-ink-faint text-xs">{note}</span>}
        </span>
        {aside}
      </div>
      {children({
        id,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': describedBy || undefined,
        className: `${controlClass} ${error ? 'border-danger' : 'border-line-strong'}`,
      })}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {help && (
        <p id={`${id}-help`} className="mt-1.5 text-ink-muted text-xs leading-5">
          {help}
        </p>
      )}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="mt-1.5 flex gap-1.5 text-danger-text text-xs leading-5">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}

type TextFieldProps = Omit<FieldProps, 'children'> &
  Omit<ComponentProps<'input'>, 'id' | 'className' | 'children'> & {
    /** For a value of a few characters. */
    short?: boolean;
  };

export function TextField({ label, note, help, error, aside, short = false, ...input }: TextFieldProps) {
  return (
    <Field label={label} help={help} error={error} aside={aside} {...(note ? { note } : {})}>
      {(attributes) => (
        <input
          type="text"
          {...input}
          {...attributes}
          className={`${attributes.className} ${short ? 'sm:max-w-48' : ''}`}
        />
      )}
    </Field>
  );
}

/** A sentence about a whole form; announced when it appears. */
export function FormMessage({ tone = 'danger', children }: { tone?: 'danger' | 'good' | 'warn'; children: ReactNode }) {
  const look = {
    danger: 'bg-danger-wash text-danger-text',
    good: 'bg-good-wash text-good-text',
    warn: 'bg-warn-wash text-warn-text',
  }[tone];
  return (
    <p role={tone === 'danger' ? 'alert' : 'status'} className={`break-words rounded-lg px-3 py-2 text-sm ${look}`}>
      {children}
    </p>
  );
}
