'use client';

import * as Primitive from 'radix-ui/switch';
import { useId } from 'react';

type SwitchFieldProps = { name: string; label: string; help: string; defaultChecked: boolean };

/** A switch with its label and help beside it; sends `on` under its name, or nothing. */
export function SwitchField({ name, label, help, defaultChecked }: SwitchFieldProps) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-6">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-help`} className="mt-0.5 text-ink-muted text-xs leading-5">
          {help}
        </p>
      </div>
      <Primitive.Root
        id={id}
        name={name}
        defaultChecked={defaultChecked}
        aria-describedby={`${id}-help`}
        className="relative mt-0.5 h-6 w-10 shrink-0 rounded-full bg-ink-faint transition-colors data-[state=checked]:bg-accent"
      >
        <Primitive.Thumb className="block size-4.5 translate-x-[3px] rounded-full bg-white shadow-soft transition-transform data-[state=checked]:translate-x-[19px]" />
      </Primitive.Root>
    </div>
  );
}
