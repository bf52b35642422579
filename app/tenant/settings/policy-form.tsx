'use client';

import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CheckboxField } from '@/components/ui/checkbox';
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
      agentKeyLifetimeInDays: String(form.get('agentKeyLifetimeInDays')),
      deactivateBeforeDelete: form.has('deactivateBeforeDelete'),
      keepOneKey: form.has('keepOneKey'),
      rateLimitPerMinute: String(form.get('rateLimitPerMinute')),
      joinRoles: form.getAll('joinRoles').map(String),
      joinLicensed: form.has('joinLicensed'),
    });
  }
  return (
    <form method="post" onSubmit={onSubmit} noValidate className="space-y-6">
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
          <TextField
            label="Agent key lifetime (days)"
            name="agentKeyLifetimeInDays"
            short
            inputMode="numeric"
            autoComplete="off"
            defaultValue={policy.agentKeyLifetimeInDays}
            help="At least 1. A new agent key expires so many days after its creation, sooner where the maximum above is lower."
            error={fields.agentKeyLifetimeInDays}
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
        <Line>
          <SwitchField
            name="keepOneKey"
            label="Keep one key"
            help="Owners can neither deactivate nor delete their last usable key, nor let it expire earlier. Revocation, expiry and reported leaks are exempt, and so are agent keys."
            defaultChecked={policy.keepOneKey}
          />
        </Line>
        <Line>
          <TextField
            label="Rate limit (requests per minute)"
            name="rateLimitPerMinute"
            short
            inputMode="numeric"
            autoComplete="off"
            placeholder="No limit"
            defaultValue={policy.rateLimitPerMinute ?? ''}
            help="For each key, from 1 to 1,000,000, or empty for no limit. What goes beyond it is answered with 429."
            error={fields.rateLimitPerMinute}
          />
        </Line>
      </Panel>
      <Panel title="New SSO members" note="What somebody gets by their first sign-in through your identity provider.">
        <fieldset className="space-y-4 px-5 py-5 max-sm:px-4">
          <legend className="sr-only">New SSO members</legend>
          <CheckboxField
            name="joinRoles"
            value="developer"
            label="developer"
            help="Creates and rotates API keys; needs a licence for it."
            defaultChecked={policy.joinRoles.includes('developer')}
          />
          <CheckboxField
            name="joinRoles"
            value="admin"
            label="admin"
            help="Everybody whom your identity provider lets in decides about members, keys and these settings."
            defaultChecked={policy.joinRoles.includes('admin')}
          />
          <CheckboxField
            name="joinLicensed"
            label="Licence"
            help="Allows API keys of their own. Who is here already keeps what they have."
            defaultChecked={policy.joinLicensed}
          />
        </fieldset>
      </Panel>
      <div className="flex items-center justify-end gap-3 max-sm:flex-col-reverse max-sm:items-stretch">
        {fields.form && <FormMessage>{fields.form}</FormMessage>}
        {state?.status === 'refused' && <FormMessage>{state.message}</FormMessage>}
        {state?.status === 'unreachable' && <FormMessage>{unreachableMessage}</FormMessage>}
        <Button type="submit" tone="primary" pending={pending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function Line({ children }: { children: ReactNode }) {
  return <div className="border-line border-b last:border-b-0 px-5 py-5 max-sm:px-4">{children}</div>;
}

function textOf(policy: Policy) {
  return {
    apiKeysEnabled: policy.apiKeysEnabled,
    maximumKeysPerUser: String(policy.maximumKeysPerUser),
    maximumExpirationInDays: String(policy.maximumExpirationInDays ?? ''),
    agentKeyLifetimeInDays: String(policy.agentKeyLifetimeInDays),
    deactivateBeforeDelete: policy.deactivateBeforeDelete,
    keepOneKey: policy.keepOneKey,
    rateLimitPerMinute: String(policy.rateLimitPerMinute ?? ''),
    joinRoles: policy.joinRoles.map(String),
    joinLicensed: policy.joinLicensed,
  };
}

function changes(known: PolicyText, shown: PolicyText): Partial<PolicyText> {
  const fields = Object.keys(shown) as Array<keyof PolicyText>;
  return Object.fromEntries(
    fields.filter((field) => String(shown[field]) !== String(known[field])).map((field) => [field, shown[field]]),
  );
}
