'use client';

import type { ReactNode } from 'react';
import { CheckboxField } from '@/components/ui/checkbox';
import { TextField } from '@/components/ui/field';
import { Panel } from '@/components/ui/panel';
import { SwitchField } from '@/components/ui/switch';
import type { Policy } from '@/lib/tenants/schema';
import type { PolicyMessages } from './states';

type PolicyFieldsProps = { policy: Policy; problems: PolicyMessages };

export function PolicyFields({ policy, problems }: PolicyFieldsProps) {
  return (
    <>
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
            error={problems.maximumKeysPerUser}
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
            error={problems.maximumExpirationInDays}
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
            error={problems.agentKeyLifetimeInDays}
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
            error={problems.rateLimitPerMinute}
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
    </>
  );
}

function Line({ children }: { children: ReactNode }) {
  return <div className="border-line border-b last:border-b-0 px-5 py-5 max-sm:px-4">{children}</div>;
}
