import { z } from 'zod';
import { displayText } from '../display-text';
import { type ScopeView, scopeList } from '../scopes/schema';
import type { UsageWeek } from '../usage/schema';
import type { UsageAlert } from '../usage-alerts/schema';
import type { KeyAction, KeyStatus } from './status';

export const nameMaximum = 50;
export const descriptionMaximum = 100;

const name = displayText('Name', nameMaximum);
const description = displayText('Description', descriptionMaximum);
export const clientIdSchema = z.string().max(64);

const expiryForms = 'Expiry must be a number of days, a date, or none.';
const expiry = z.union(
  [
    z.strictObject(
      {
        kind: z.literal('days'),
        days: z.coerce
          .number()
          .int()
          .min(1, 'Expiry must be at least 1 day from now.')
          .max(3_650_000, 'Expiry is too far in the future.'),
      },
      expiryForms,
    ),
    z.strictObject({ kind: z.literal('at'), at: z.coerce.date() }, expiryForms),
    z.strictObject({ kind: z.literal('never') }, expiryForms),
  ],
  expiryForms,
);

const biasProfileId = z.uuid('Choose a bias profile of your tenant.').nullable();
/** One per opened dialog, so that a repeated submit creates nothing twice. */
const idempotencyValue = z
  .string()
  .regex(/^[\x21-\x7e]{16,64}$/, 'The idempotency value must be 16 to 64 printable characters.');

/** What a refusal of a key's input is about. */
export type KeyField = 'name' | 'description' | 'expiry' | 'scopes' | 'biasProfileId' | 'overlap' | 'idempotencyValue';

/** What `Create API key` submits. */
export const createKeySchema = z.strictObject({
  name,
  description,
  expiry,
  scopes: scopeList.default([]),
  biasProfileId: biasProfileId.default(null),
  idempotencyValue,
});
export type CreateKeyInput = z.infer<typeof createKeySchema>;

/** A name that must be given. */
export const givenName = name.refine((text) => text !== '', 'Name cannot be blank.');

/** What `Create agent API key` submits. */
export const createAgentKeySchema = z.strictObject({
  name: givenName,
  description,
  scopes: scopeList.default([]),
  biasProfileId: biasProfileId.default(null),
  idempotencyValue,
});
export type CreateAgentKeyInput = z.infer<typeof createAgentKeySchema>;

/** A change of a key; what is absent stays. */
export const editKeySchema = z.strictObject({
  clientId: clientIdSchema,
  name: givenName.exactOptional(),
  description: description.exactOptional(),
  scopes: scopeList.exactOptional(),
  biasProfileId: biasProfileId.exactOptional(),
  expiry: expiry.exactOptional(),
  /** What the editor saw: what is something else by now is not overwritten. */
  seen: z
    .strictObject({
      name: z.string().max(1_000),
      description: z.string().max(1_000),
      scopes: z.array(z.string().max(1_000)).max(1_000),
      biasProfileId: z.string().max(64).nullable(),
      expiresAt: z.coerce.date().nullable(),
    })
    .partial()
    .exactOptional(),
});
export type EditKeyInput = z.infer<typeof editKeySchema>;

/** How long Deactivate lasts. */
export const pauseSchema = z.enum(['15m', '1h', '24h', 'open'], 'Choose for how long.');
export type Pause = z.infer<typeof pauseSchema>;

/** How long the old secret works beside the new one. */
export const overlaps = ['none', '1h', '24h', '7d'] as const;
export type Overlap = (typeof overlaps)[number];

/** What the dialog `Rotate` submits. */
export const rotateKeySchema = z.strictObject({
  clientId: clientIdSchema,
  overlap: z.enum(overlaps, 'Choose how long the old secret works.'),
  /** Then nothing overlaps, and the admins are told. */
  leaked: z.boolean(),
  /** Whether a secret that still works since the last rotation ends with this one. */
  endOlder: z.boolean(),
  /** Absent: the key's expiry stays. */
  expiry: expiry.exactOptional(),
  idempotencyValue,
});
export type RotateKeyInput = z.infer<typeof rotateKeySchema>;

/** A key as its page shows it. Times are ISO 8601 in UTC. */
export type KeyView = {
  clientId: string;
  name: string;
  description: string;
  mask: { firstFour: string; lastFour: string };
  biasProfile: { id: string; name: string } | null;
  scopes: string[];
  status: KeyStatus;
  hints: KeyHint[];
  actions: KeyAction[];
  createdAt: string;
  /** Who created it, by e-mail; null when nobody did. */
  createdBy: string | null;
  lastUsedAt: string | null;
  week: UsageWeek;
  /** Of the last 7 days; null when there was none. */
  usageAlert: UsageAlert | null;
  expiresAt: string | null;
  /** The latest expiry that the policy allows its current secret; null = none. */
  latestExpiry: string | null;
  /** While it is Inactive. */
  pause: PauseView | null;
  /** While the secret that the last rotation replaced still works. */
  overlap: OverlapView | null;
  /** Why it can be neither stopped nor deleted by its owner now: it is their last usable one. */
  lastKeyRefusal: string | null;
};

/** `until` null: until it is activated. `refused`: requests that were refused meanwhile. */
export type PauseView = { until: string | null; refused: number };

/** `requests` with the old secret since the rotation, the last of them at `lastUsedAt`. */
export type OverlapView = { since: string; endsAt: string; requests: number; lastUsedAt: string | null };

/** The same with who they came from, and the database's time. */
export type OverlapUse = OverlapView & {
  callers: Array<{ address: string; client: string; requests: number }>;
  /** Of callers that are not listed. */
  otherRequests: number;
  now: string;
};

export type KeyHint = 'Expires soon' | 'Disabled by your administrator' | 'Rotate: a former owner knows the secret';

/** A key for a choice: one that a command can be run with. */
export type UsableKey = { clientId: string; name: string; kind: KeyPageView['kind']; scopes: string[] };

/** Everything `/account/api-keys` and `/account/agent-keys` show. A refusal is null where there is none. */
export type KeyPageView = {
  kind: 'personal' | 'agent';
  keys: KeyView[];
  /** Of `+ Create …`. */
  createRefusal: string | null;
  /** Of every key. */
  activateRefusal: string | null;
  rotateRefusal: string | null;
  /** Of Edit and Delete. */
  editRefusal: string | null;
  /** Of Deactivate and Retire. */
  deactivateRefusal: string | null;
  /** Of a new secret: personal keys by the maximum, agent keys by their lifetime too. Null = none. */
  maximumExpirationInDays: number | null;
  /** What a key may hold. */
  scopes: ScopeView[];
  biasProfiles: BiasProfileChoice[];
  /** The tenant keeps one key, and the viewer has none: a row `Default` offers to mint one. */
  offersDefaultKey: boolean;
  /** The database's time, ISO 8601: what relative times refer to. */
  now: string;
};

/** A bias profile as a key's dialogs offer it. */
export type BiasProfileChoice = { id: string; name: string; description: string };
