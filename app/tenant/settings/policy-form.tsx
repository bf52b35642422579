'use client';

import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormMessage, TextField } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { SwitchField } from '@/components/ui/switch';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { Policy } from '@/lib/tenants/schema';
import { updatePolicyAction } from './actions';

/** The policy as its fields hold it. */
type PolicyText = ReturnType<typeof textOf>;

export function PolicyForm({ policy }: { policy: Policy }) {
  // What the fields held when they were filled in or saved: only what differs from it is the admin's own change.
  const [known, setKnown] = useState(() => textOf(policy));
  const { state, pending, submit } = useSubmission(async (shown: PolicyText) => {
    const result = await updatePolicyAction(changes(known, shown));
    if (result.status === 'saved') {
      setKnown(shown);
      notify('Settings saved');
    }
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    submit({
      apiKeysEnabled: form.has('apiKeysEnabled'),
      maximumKeysPerUser: String(form.get('maximumKeysPerUser')),
      maximumExpirationInDays: String(form.get('maximumExpirationInDays')),
      deactivateBeforeDelete: form.has('deactivateBeforeDelete'),
    });
  }
  return (
    <form method="post" onSubmit={onSubmit} noValidate>
      <Panel title="API keys">
        <Line>
          <SwitchField
            name="apiKeysEnabled"
            label="Enable API keys"
            help="While this is off, every key is refused and none can be created. Owners can still deactivate and delete theirs."
            defaultChecked={policy.apiKeysEnabled}
          />
        </Line>
        <Line>
          <TextField
            label="Maximum API keys per user"
            name="maximumKeysPerUser"
            short
            inputMode="numeric"
            autoComplete="off"
            defaultValue={policy.maximumKeysPerUser}
            help="From 1 to 1000. Active and Inactive keys count; a lower number takes no key away."
            error={fields.maximumKeysPerUser}
          />
        </Line>
        <Line>
          <TextField
            label="Maximum token expiration (days)"
            name="maximumExpirationInDays"
            short
            inputMode="numeric"
            autoComplete="off"
            placeholder="No maximum"
            defaultValue={policy.maximumExpirationInDays ?? ''}
            help="At least 1, or empty for no maximum. Holds for new secrets only."
            error={fields.maximumExpirationInDays}
          />
        </Line>
        <Line>
          <SwitchField
            name="deactivateBeforeDelete"
            label="Deactivate before delete"
            help="An Active key has to be deactivated before its owner can delete it."
            defaultChecked={policy.deactivateBeforeDelete}
          />
        </Line>
        <div className="flex items-center justify-end gap-3 bg-sunken/50 px-5 py-3 max-sm:flex-col-reverse max-sm:items-stretch max-sm:px-4">
          {fields.form && <FormMessage>{fields.form}</FormMessage>}
          {state?.status === 'refused' && <FormMessage>{state.message}</FormMessage>}
          {state?.status === 'unreachable' && <FormMessage>{unreachableMessage}</FormMessage>}
          <Button type="submit" tone="primary" pending={pending}>
            Save
          </Button>
        </div>
      </Panel>
    </form>
  );
}

function Line({ children }: { children: ReactNode }) {
  return <div className="border-line border-b px-5 py-5 max-sm:px-4">{children}</div>;
}

function textOf(policy: Policy) {
  return {
    apiKeysEnabled: policy.apiKeysEnabled,
    maximumKeysPerUser: String(policy.maximumKeysPerUser),
    maximumExpirationInDays: String(policy.maximumExpirationInDays ?? ''),
    deactivateBeforeDelete: policy.deactivateBeforeDelete,
  };
}

function changes(known: PolicyText, shown: PolicyText): Partial<PolicyText> {
  const fields = Object.keys(shown) as Array<keyof PolicyText>;
  return Object.fromEntries(
    fields.filter((field) => shown[field] !== known[field]).map((field) => [field, shown[field]]),
  );
}
