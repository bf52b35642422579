import type { FieldMessages } from '@/app/field-messages';
import type { BiasProfileTexts } from '@/lib/bias-profiles/schema';

type Refused = { status: 'refused'; message: string };

export type SaveProfileState =
  | { status: 'saved' }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'name' | 'description' | 'settings'> }
  /** Somebody else changed the same meanwhile: what it is now, by field. */
  | { status: 'changed'; current: Partial<BiasProfileTexts> };

/** How many keys use a profile now. */
export type ReviewProfileState = { status: 'ready'; keys: number } | Refused;

export type DeleteProfileState =
  | { status: 'deleted'; keys: number; replacement: string | null }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'replacementId'> };
