'use client';

import * as Primitive from 'radix-ui/radio-group';
import { type ReactNode, useId } from 'react';

type RadioGroupProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: ReadonlyArray<{ value: Value; label: string; help?: ReactNode }>;
};

/** A choice of a few, all of them in sight. */
export function RadioGroup<Value extends string>({ label, value, onChange, options }: RadioGroupProps<Value>) {
  const id = useId();
  return (
    <div>
      <p id={`${id}-label`} className="mb-1.5 font-medium">
        {label}
      </p>
      <Primitive.Root
        aria-labelledby={`${id}-label`}
        value={value}
        onValueChange={(chosen) => onChange(chosen as Value)}
        className="divide-y divide-line overflow-hidden rounded-lg border border-line-strong"
      >
        {options.map((option) => (
          <div key={option.value} className="flex items-center gap-2.5 px-3 has-[:focus-visible]:bg-sunken">
            <Primitive.Item
              id={`${id}-${option.value}`}
              value={option.value}
              className="group/radio inline-flex size-4 shrink-0 items-center justify-center rounded-full border border-ink-faint bg-raised shadow-soft transition-colors aria-checked:border-accent aria-checked:bg-accent"
            >
              <Primitive.Indicator className="size-1.5 rounded-full bg-accent-ink" />
            </Primitive.Item>
            <label
              htmlFor={`${id}-${option.value}`}
              className="flex min-h-9 max-lg:min-h-11 flex-1 cursor-pointer flex-wrap items-center justify-between gap-x-4 py-1.5"
            >
              <span>{option.label}</span>
              {option.help && <span className="text-ink-muted text-xs">{option.help}</span>}
            </label>
          </div>
        ))}
      </Primitive.Root>
    </div>
  );
}
