'use client';

import { Plus, X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { Button, IconButton } from '@/components/ui/button';
import { controlClass, FieldError } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import type { ProviderKeyChoice } from '@/lib/provider-keys/schema';
import type { FormPartProps } from './address-fields';
import { labelOf } from './credential-fields';
import type { ModelRow } from './form-values';

type ModelFieldProps = FormPartProps & { providerKeys: ProviderKeyChoice[] };

/** The models that people are offered. A request may still name another one: its provider decides. */
export function ModelField({ values: { models, authStyle }, fields, onChange, providerKeys }: ModelFieldProps) {
  const id = useId();
  const group = useRef<HTMLFieldSetElement>(null);
  const added = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row that somebody added is the one to write in
  useEffect(() => {
    if (!added.current) return;
    added.current = false;
    group.current?.querySelector<HTMLElement>('li:last-child input')?.focus();
  }, [models.length]);

  function add() {
    added.current = true;
    onChange({ models: [...models, { row: Math.max(-1, ...models.map(({ row }) => row)) + 1, name: '', key: '' }] });
  }
  function remove(row: number) {
    onChange({ models: models.filter((model) => model.row !== row) });
    group.current?.querySelector<HTMLElement>('[data-add]')?.focus();
  }
  const change = (changed: ModelRow) =>
    onChange({ models: models.map((model) => (model.row === changed.row ? changed : model)) });
  return (
    <fieldset ref={group} aria-describedby={fields.models ? `${id}-error` : undefined} className="min-w-0">
      <legend className="mb-1.5">
        <span className="font-medium">Models</span>
        <span className="ml-1.5 text-ink-faint text-xs">optional</span>
      </legend>
      {models.length > 0 && (
        <ul className="mb-2 space-y-2">
          {models.map((model, index) => (
            <ModelLine
              key={model.row}
              model={model}
              number={index + 1}
              // With no credential there is none to choose.
              providerKeys={authStyle === 'none' ? null : providerKeys}
              invalid={fields.models !== undefined}
              onChange={change}
              onAdd={add}
              onRemove={() => remove(model.row)}
            />
          ))}
        </ul>
      )}
      <Button data-add icon={Plus} onClick={add}>
        Add a model
      </Button>
      {fields.models && <FieldError id={`${id}-error`}>{fields.models}</FieldError>}
      <p className="mt-1.5 text-ink-muted text-xs leading-5">
        Offered to people who look for a command. A request may name another one: the provider decides.
      </p>
    </fieldset>
  );
}

type ModelLineProps = {
  model: ModelRow;
  number: number;
  providerKeys: ProviderKeyChoice[] | null;
  invalid: boolean;
  onChange: (model: ModelRow) => void;
  onAdd: () => void;
  onRemove: () => void;
};

function ModelLine({ model, number, providerKeys, invalid, onChange, onAdd, onRemove }: ModelLineProps) {
  const look = `${controlClass} ${invalid ? 'border-danger' : 'border-line-strong'}`;
  const name = model.name.trim() || `model ${number}`;
  return (
    <li className="grid grid-cols-[1fr_auto] items-center gap-x-1 gap-y-1.5 sm:grid-cols-[1fr_13rem_auto] sm:gap-x-2">
      <input
        type="text"
        aria-label={`Model ${number}`}
        aria-invalid={invalid || undefined}
        placeholder="As the provider calls it"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={model.name}
        onChange={({ target }) => onChange({ ...model, name: target.value })}
        // One writes a list: Enter is for the next line, not for the whole form.
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (model.name.trim() !== '') onAdd();
        }}
        className={`${look} font-mono sm:text-xs`}
      />
      <IconButton label={`Remove ${name}`} hint="Remove" icon={X} className="sm:order-last" onClick={onRemove} />
      {providerKeys && (
        <div className="max-sm:col-span-2">
          <Select
            aria-label={`Provider key of ${name}`}
            value={model.key}
            onChange={({ target }) => onChange({ ...model, key: target.value })}
            className={look}
          >
            <option value="">The connection’s key</option>
            {model.key === 'own' && <option value="own">Its key was deleted</option>}
            {providerKeys.map((providerKey) => (
              <option key={providerKey.id} value={providerKey.id}>
                {labelOf(providerKey)}
              </option>
            ))}
          </Select>
        </div>
      )}
    </li>
  );
}
