'use client';

import * as Primitive from 'radix-ui/switch';
import { type ComponentProps, useId } from 'react';

function Track({ className = '', ...track }: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      {...track}
      className={`relative h-6 w-10 shrink-0 rounded-full bg-ink-faint transition-colors data-[state=checked]:bg-accent ${className}`}
    >
      <Primitive.Thumb className="block size-4.5 translate-x-[3px] rounded-full bg-white shadow-soft transition-transform data-[state=checked]:translate-x-[19px]" />
    </Primitive.Root>
  );
}

type SwitchProps = {
  /** The accessible name. */
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** The change is being saved. */
  pending?: boolean;
};

/** A switch that acts at once. */
export function Switch({ label, checked, onChange, pending = false }: SwitchProps) {
  return (
    <Track
      aria-label={label}
      aria-busy={pending || undefined}
      checked={checked}
      onCheckedChange={onChange}
      className={pending ? 'animate-pulse' : ''}
    />
  );
}

type SwitchFieldProps = { name: string; label: string; help: string; defaultChecked: boolean };

/** A switch of a form with its label and help beside it; sends `on` under its name, or nothing. */
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
      <Track id={id} name={name} defaultChecked={defaultChecked} aria-describedby={`${id}-help`} className="mt-0.5" />
    </div>
  );
}
