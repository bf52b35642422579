'use client';

import { Check, Minus } from 'lucide-react';
import * as Primitive from 'radix-ui/checkbox';
import { type ComponentProps, type ReactNode, type Ref, useId } from 'react';
import { reason } from './tip';

// The box is drawn inside a larger target, so that fingers hit it.
const rootClass =
  'group/box -m-1 inline-flex size-6 max-lg:size-8 shrink-0 items-center justify-center rounded-md aria-disabled:cursor-not-allowed focus-visible:-outline-offset-2';
const boxClass =
  'inline-flex size-4 items-center justify-center rounded border border-ink-faint bg-raised text-accent-ink shadow-soft transition-colors group-aria-checked/box:border-accent group-aria-checked/box:bg-accent group-data-[state=indeterminate]/box:border-accent group-data-[state=indeterminate]/box:bg-accent group-aria-disabled/box:opacity-50';

function Box() {
  return (
    <span className={boxClass}>
      <Primitive.Indicator>
        <Check aria-hidden strokeWidth={3} className="size-3 group-data-[state=indeterminate]/box:hidden" />
        <Minus aria-hidden strokeWidth={3} className="hidden size-3 group-data-[state=indeterminate]/box:block" />
      </Primitive.Indicator>
    </span>
  );
}

type BareCheckboxProps = {
  /** The accessible name. */
  label: string;
  checked: boolean | 'indeterminate';
  onChange: (checked: boolean) => void;
  /** Why it cannot be changed now. */
  refusal?: string | null;
};

/** A checkbox whose place says what it selects, such as a table's row; its label is there for who cannot see the place. */
export function BareCheckbox({ label, checked, onChange, refusal }: BareCheckboxProps) {
  return (
    <Primitive.Root
      {...(refusal && reason(refusal))}
      aria-label={label}
      aria-disabled={refusal ? true : undefined}
      checked={checked}
      onCheckedChange={(value) => !refusal && onChange(value === true)}
      className={`${rootClass} max-lg:size-11`}
    >
      <Box />
    </Primitive.Root>
  );
}

type CheckboxProps = {
  label: string;
  /** The accessible name, where the label alone does not say whose it is. It contains the label. */
  fullLabel?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** The change is being saved. */
  pending?: boolean;
  /** Why it cannot be changed now. It stays reachable, so that everybody can find out. */
  refusal?: string | null;
  ref?: Ref<HTMLButtonElement>;
};

export function Checkbox({
  label,
  fullLabel = label,
  checked,
  onChange,
  pending = false,
  refusal,
  ref,
}: CheckboxProps) {
  const id = useId();
  return (
    <span className="inline-flex min-h-6 items-center gap-2 max-lg:min-h-8">
      <Primitive.Root
        {...(refusal && reason(refusal))}
        ref={ref}
        id={id}
        aria-label={fullLabel}
        aria-disabled={refusal ? true : undefined}
        aria-busy={pending || undefined}
        checked={checked}
        onCheckedChange={(value) => !refusal && onChange(value === true)}
        className={`${rootClass} ${pending ? 'animate-pulse' : ''}`}
      >
        <Box />
      </Primitive.Root>
      <label htmlFor={id} className={refusal ? 'text-ink-faint' : 'cursor-pointer'}>
        {label}
      </label>
    </span>
  );
}

type CheckboxFieldProps = Pick<
  ComponentProps<typeof Primitive.Root>,
  'name' | 'value' | 'defaultChecked' | 'checked' | 'onCheckedChange'
> & { label: ReactNode; help?: ReactNode };

/** A checkbox of a form with its help below it; sends its value under its name, or nothing. */
export function CheckboxField({ label, help, ...box }: CheckboxFieldProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <Primitive.Root
        {...box}
        id={id}
        aria-describedby={help ? `${id}-help` : undefined}
        className={`${rootClass} max-lg:-my-[0.3125rem]`}
      >
        <Box />
      </Primitive.Root>
      <div className="min-w-0 leading-4">
        <label htmlFor={id} className="block cursor-pointer font-medium leading-4">
          {label}
        </label>
        {help && (
          <p id={`${id}-help`} className="mt-1 text-ink-muted text-xs leading-5">
            {help}
          </p>
        )}
      </div>
    </div>
  );
}
