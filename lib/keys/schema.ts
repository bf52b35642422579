import { z } from 'zod';
import { displayText } from '../display-text';
import { type ScopeView, scopeList } from '../scopes/schema';
import type { UsageWeek } from '../usage/schema';
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

/** What `Create API key` submits. */
export const createKeySchema = z.strictObject({
  name,
  description,
  expiry,
  scopes: scopeList.default([]),
  /** One per opened dialog, so that a repeated submit creates nothing twice. */
  idempotencyValue: z
    .string()
    .regex(/^[\x21-\x7e]{16,64}$/, 'The idempotency value must be 16 to 64 printable characters.'),
});
export type CreateKeyInput = z.infer<typeof createKeySchema>;

/** A change of name, description or scopes; what is absent stays. */
export const editKeySchema = z.strictObject({
  clientId: clientIdSchema,
  name: name.refine((text) => text !== '', 'Name cannot be blank.').exactOptional(),
  description: description.exactOptional(),
  scopes: scopeList.exactOptional(),
});
export type EditKeyInput = z.infer<typeof editKeySchema>;

/** A key as its owner's page shows it. Times are ISO 8601 in UTC. */
export type KeyView = {
  clientId: string;
  name: string;
  description: string;
  mask: { firstFour: string; lastFour: string };
  biasProfile: string | null;
  scopes: string[];
  status: KeyStatus;
  hints: KeyHint[];
  actions: KeyAction[];
  createdAt: string;
  lastUsedAt: string | null;
  week: UsageWeek;
  expiresAt: string | null;
};

export type KeyHint = 'Expires soon' | 'Disabled by your administrator' | 'Rotate: a former owner knows the secret';

/** Everything `/account/api-keys` shows. */
export type KeyPageView = {
  keys: KeyView[];
  /** Why `+ Create new API key` is refused; null when it is not. */
  createRefusal: string | null;
  /** Why Activate is refused for every key; null when it is not. */
  activateRefusal: string | null;
  /** Why Edit and Delete are refused for every key; null when they are not. */
  editRefusal: string | null;
  maximumExpirationInDays: number | null;
  /** What a key may hold. */
  scopes: ScopeView[];
  /** The database's time, ISO 8601: what relative times refer to. */
  now: string;
};
