import { policyNumbers } from '../tenants/limits';
import type { Policy } from '../tenants/schema';
import { countText } from '../usage/schema';
import { aboveMaximum, amountOf, calm, lastKeys, limited, longLived, type Meaning, switched } from './meanings';
import type { PolicyEffects, PolicyReview, ReviewedChange } from './schema';

/** A change of the policy in words, a setting at a time, in the order of the page. */
export function changesOf({ before, after, changed, effects }: PolicyReview): ReviewedChange[] {
  const fields = Object.keys(settings) as Array<keyof Policy>;
  return fields
    .filter((field) => changed.includes(field))
    .map((field) => {
      const { label, textOf, meaningOf } = settings[field];
      return { label, before: textOf(before), after: textOf(after), ...meaningOf(after, effects) };
    });
}

type Setting = {
  label: string;
  textOf: (policy: Policy) => string;
  meaningOf: (after: Policy, effects: PolicyEffects) => Meaning;
};

const onOff = (on: boolean) => (on ? 'On' : 'Off');
const days = (count: number) => amountOf(count, 'day');

const forNewcomers = 'It holds for first sign-ins from now on; nothing changes for members who are here.';

const settings: Record<keyof Policy, Setting> = {
  apiKeysEnabled: {
    label: 'Enable API keys',
    textOf: ({ apiKeysEnabled }) => onOff(apiKeysEnabled),
    meaningOf: (after, { apiKeysEnabled }) => switched(after.apiKeysEnabled, apiKeysEnabled),
  },
  maximumKeysPerUser: {
    label: policyNumbers.maximumKeysPerUser.label,
    textOf: ({ maximumKeysPerUser }) => countText(maximumKeysPerUser),
    meaningOf: (after, effects) => aboveMaximum(after.maximumKeysPerUser, effects.maximumKeysPerUser),
  },
  maximumExpirationInDays: {
    label: policyNumbers.maximumExpirationInDays.label,
    textOf: ({ maximumExpirationInDays: maximum }) => (maximum === null ? 'No maximum' : days(maximum)),
    meaningOf: (_after, { maximumExpirationInDays: found }) =>
      found === null
        ? calm('New secrets may live as long as their owners choose. Keys that exist keep their expiry.')
        : longLived(found.personal, found.agent, 'No key is beyond it.'),
  },
  agentKeyLifetimeInDays: {
    label: policyNumbers.agentKeyLifetimeInDays.label,
    textOf: ({ agentKeyLifetimeInDays }) => days(agentKeyLifetimeInDays),
    meaningOf: (after, { agentKeyLifetimeInDays: found }) => {
      const { meaning, ...rest } = longLived(null, found, 'No agent key is beyond it.');
      const maximum = after.maximumExpirationInDays;
      if (maximum === null || maximum >= after.agentKeyLifetimeInDays) return { meaning, ...rest };
      return { meaning: `${meaning} The maximum token expiration of ${days(maximum)} is shorter and wins.`, ...rest };
    },
  },
  deactivateBeforeDelete: {
    label: 'Deactivate before delete',
    textOf: ({ deactivateBeforeDelete }) => onOff(deactivateBeforeDelete),
    meaningOf: (after) =>
      calm(
        after.deactivateBeforeDelete
          ? 'Owners have to deactivate an Active key before they can delete it. Keys that exist stay as they are.'
          : 'Owners can delete an Active key at once, without deactivating it. Keys that exist stay as they are.',
      ),
  },
  keepOneKey: {
    label: 'Keep one key',
    textOf: ({ keepOneKey }) => onOff(keepOneKey),
    meaningOf: (after, { keepOneKey }) => lastKeys(after.keepOneKey, keepOneKey),
  },
  rateLimitPerMinute: {
    label: policyNumbers.rateLimitPerMinute.label,
    textOf: ({ rateLimitPerMinute: limit }) => (limit === null ? 'No limit' : countText(limit)),
    meaningOf: (after, { rateLimitPerMinute }) => limited(after.rateLimitPerMinute, rateLimitPerMinute),
  },
  joinRoles: {
    label: 'New SSO members: roles',
    textOf: ({ joinRoles }) => joinRoles.join(', ') || 'None',
    meaningOf: () => calm(forNewcomers),
  },
  joinLicensed: {
    label: 'New SSO members: licence',
    textOf: ({ joinLicensed }) => (joinLicensed ? 'Yes' : 'No'),
    meaningOf: () => calm(forNewcomers),
  },
};
