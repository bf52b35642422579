'use client';

import { useId, useState } from 'react';
import { CheckboxField } from '@/components/ui/checkbox';
import { controlClass, FieldError } from '@/components/ui/field';
import type { ScopeView } from '@/lib/scopes/schema';

/** More than these are not taken in at a glance. */
const filterableFrom = 10;

type ScopeFieldProps = {
  /** The tenant's list. */
  scopes: ScopeView[];
  help?: string;
  chosen: string[];
  onChange: (chosen: string[]) => void;
  error: string | undefined;
};

/** Which of the tenant's scopes a key holds, or a connection demands; nothing where there is nothing to choose. */
export function ScopeField({ scopes, help, chosen, onChange, error }: ScopeFieldProps) {
  const id = useId();
  const [filter, setFilter] = useState('');
  // What the list opened with stays in it, so that a scope which is gone meanwhile can be taken away.
  const [first] = useState(chosen);
  const gone = [...new Set([...first, ...chosen])].filter((name) => !scopes.some((scope) => scope.name === name));
  const all = [...scopes, ...gone.map((name) => ({ name, description: '' }))];
  if (all.length === 0) return null;
  const wanted = filter.trim().toLowerCase();
  const shown = all.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted));
  const toggle = (name: string, checked: boolean) =>
    onChange(checked ? [...chosen, name] : chosen.filter((each) => each !== name));
  const describedBy = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ');
  return (
    <fieldset aria-describedby={describedBy || undefined} className="min-w-0">
      <legend className="mb-1.5 flex w-full items-baseline justify-between gap-3">
        <span>
          <span className="font-medium">Scopes</span>
          <span className="ml-1.5 text-ink-faint text-xs">optional</span>
        </span>
        <span className="text-ink-faint text-xs tabular-nums">
          {chosen.length === 0 ? 'None' : `${chosen.length} of ${all.length}`}
        </span>
      </legend>
      <div className={`overflow-hidden rounded-lg border ${error ? 'border-danger' : 'border-line-strong'}`}>
        {all.length >= filterableFrom && (
          <input
            type="search"
            aria-label="Filter scopes"
            placeholder="Filter scopes"
            autoComplete="off"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            // Enter would submit the form around it.
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            className={`${controlClass} rounded-none border-x-0 border-t-0 border-line shadow-none focus-visible:-outline-offset-2`}
          />
        )}
        <div className="max-h-52 space-y-4 overflow-y-auto overscroll-contain px-3 py-3">
          {shown.map(({ name, description }) => (
            <CheckboxField
              key={name}
              label={<span className="break-all font-mono font-normal text-xs">{name}</span>}
              help={description && <bdi className="[overflow-wrap:anywhere]">{description}</bdi>}
              checked={chosen.includes(name)}
              onCheckedChange={(checked) => toggle(name, checked === true)}
            />
          ))}
          {shown.length === 0 && (
            <p className="text-ink-muted">
              No scope has “<bdi className="[overflow-wrap:anywhere]">{filter.trim()}</bdi>” in its name or description.
            </p>
          )}
        </div>
      </div>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {help && (
        <p id={`${id}-help`} className="mt-1.5 text-ink-muted text-xs leading-5">
          {help}
        </p>
      )}
    </fieldset>
  );
}
