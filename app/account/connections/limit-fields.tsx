'use client';

import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { TextField } from '@/components/ui/field';
import type { FormPartProps } from './address-fields';

/** What few people change, out of the way until they want to, or have to. */
export function LimitFields({ values, fields, onChange }: FormPartProps) {
  const [open, setOpen] = useState(false);
  const { timeoutInSeconds, sizeLimitInMegabytes } = values;
  const wrong = fields.timeoutInSeconds !== undefined || fields.sizeLimitInMegabytes !== undefined;
  return (
    <details open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)} className="group/limits">
      <summary className="-mx-2 flex min-h-9 cursor-pointer list-none items-center gap-1.5 rounded-md px-2 hover:bg-sunken max-sm:min-h-11 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-ink-faint transition-transform group-open/limits:rotate-90"
        />
        <span className="font-medium">Limits</span>
        <span className="text-ink-muted text-xs group-open/limits:hidden">
          {timeoutInSeconds} s, {sizeLimitInMegabytes} MB
        </span>
      </summary>
      <div className="grid gap-4 pt-2 sm:grid-cols-2">
        <TextField
          label="Timeout (seconds)"
          inputMode="numeric"
          autoComplete="off"
          value={timeoutInSeconds}
          onChange={({ target }) => onChange({ timeoutInSeconds: target.value })}
          help="The longest silence of the upstream, before its answer and within it."
          error={fields.timeoutInSeconds}
        />
        <TextField
          label="Size limit (MB)"
          inputMode="numeric"
          autoComplete="off"
          value={sizeLimitInMegabytes}
          onChange={({ target }) => onChange({ sizeLimitInMegabytes: target.value })}
          help="Of a request, and of an answer."
          error={fields.sizeLimitInMegabytes}
        />
      </div>
    </details>
  );
}
