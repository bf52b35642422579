'use client';

import { Field, TextField } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { type ConnectionView, workflowMethods } from '@/lib/connections/schema';
import { type FormValues, suggestSlug } from './form-values';
import type { ConnectionMessages } from './states';
import { pathOf } from './words';

/** What every part of the form takes. */
export type FormPartProps = {
  values: FormValues;
  fields: ConnectionMessages;
  onChange: (changes: Partial<FormValues>) => void;
};

type AddressFieldsProps = FormPartProps & {
  connections: ConnectionView[];
  /** It exists, so its slug and its kind stay. */
  fixed: boolean;
};

/** What it is called, here and by clients, and where it leads. */
export function AddressFields({ values, fields, onChange, connections, fixed }: AddressFieldsProps) {
  const { name, slug, slugTouched, url, kind } = values;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          autoComplete="off"
          // The dialog's own first focus was on the button that led here.
          autoFocus
          value={name}
          onChange={({ target }) =>
            onChange({ name: target.value, ...(slugTouched ? {} : { slug: suggestSlug(target.value, connections) }) })
          }
          error={fields.name}
        />
        <TextField
          label="Slug"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          readOnly={fixed}
          value={slug}
          onChange={({ target }) => onChange({ slug: target.value, slugTouched: target.value !== '' })}
          help={
            fixed ? (
              'It stays: clients call it by this address.'
            ) : (
              <span className="[overflow-wrap:anywhere]">{pathOf(slug || '…')}. It stays for ever.</span>
            )
          }
          error={fields.slug}
        />
      </div>
      {kind === 'llm_provider' ? (
        <UrlField label="Base URL" placeholder="https://api.example.com/v1" {...{ url, fields, onChange }} />
      ) : (
        <div className="grid gap-4 sm:grid-cols-[8rem_1fr]">
          <Method {...{ values, fields, onChange }} />
          <UrlField label="URL" placeholder="https://flows.example.com/run/42" {...{ url, fields, onChange }} />
        </div>
      )}
    </>
  );
}

type UrlFieldProps = Pick<FormPartProps, 'fields' | 'onChange'> & { label: string; placeholder: string; url: string };

function UrlField({ label, placeholder, url, fields, onChange }: UrlFieldProps) {
  const help =
    label === 'Base URL'
      ? 'The rest of each request’s path is appended to it. Every member sees it.'
      : 'Every member sees it: a secret belongs into a provider key.';
  return (
    <TextField
      label={label}
      inputMode="url"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      placeholder={placeholder}
      value={url}
      onChange={({ target }) => onChange({ url: target.value })}
      help={help}
      error={fields.url}
    />
  );
}

function Method({ values, fields, onChange }: FormPartProps) {
  return (
    <Field label="Method" error={fields.method}>
      {(attributes) => (
        <Select {...attributes} value={values.method} onChange={({ target }) => onChange({ method: target.value })}>
          {workflowMethods.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}
