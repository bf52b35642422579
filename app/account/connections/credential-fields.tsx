'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { Field, TextField } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { authStyles } from '@/lib/connections/schema';
import type { ProviderKeyChoice } from '@/lib/provider-keys/schema';
import type { FormPartProps } from './address-fields';
import { authStyleWords } from './words';

type CredentialFieldsProps = FormPartProps & { providerKeys: ProviderKeyChoice[] };

/** Which provider key is sent, and how. */
export function CredentialFields({ values, fields, onChange, providerKeys }: CredentialFieldsProps) {
  const { providerKeyId, authStyle, authHeader } = values;
  const unneeded = authStyle === 'none';
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Provider key" error={fields.providerKeyId} help={<ProviderKeyHelp />}>
          {(attributes) => (
            <Select
              {...attributes}
              disabled={unneeded}
              value={unneeded ? '' : providerKeyId}
              onChange={({ target }) => onChange({ providerKeyId: target.value })}
            >
              <option value="">{unneeded ? 'None needed' : 'No provider key yet'}</option>
              {providerKeys.map((providerKey) => (
                <option key={providerKey.id} value={providerKey.id}>
                  {labelOf(providerKey)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Sent as" error={fields.authStyle}>
          {(attributes) => (
            <Select {...attributes} value={authStyle} onChange={({ target }) => onChange({ authStyle: target.value })}>
              {authStyles.map((style) => (
                <option key={style} value={style}>
                  {authStyleWords[style]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {authStyle === 'header' && (
        <TextField
          label="Header"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="api-key"
          value={authHeader}
          onChange={({ target }) => onChange({ authHeader: target.value })}
          help="Its value is the provider key, with nothing before it."
          error={fields.authHeader}
        />
      )}
    </>
  );
}

export function labelOf({ name, mask }: ProviderKeyChoice): string {
  return `${name} (${mask})`;
}

function ProviderKeyHelp() {
  return (
    <>
      Once chosen, it is sent to this URL’s host and to no other. <AddProviderKey />
    </>
  );
}

/** Opens beside the form, whose input would be lost; who comes back finds the new one among the choices. */
function AddProviderKey() {
  const router = useRouter();
  const left = useRef(false);
  useEffect(() => {
    const onReturn = () => left.current && router.refresh();
    window.addEventListener('focus', onReturn);
    return () => window.removeEventListener('focus', onReturn);
  }, [router]);
  return (
    <a
      href="/account/provider-keys"
      target="_blank"
      rel="noopener"
      onClick={() => {
        left.current = true;
      }}
      className="font-medium text-accent-text underline-offset-2 hover:underline"
    >
      Add a provider key
    </a>
  );
}
