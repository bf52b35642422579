import { z } from 'zod';
import { displayText } from '../display-text';
import { readSettings, settingsTextMaximum } from './settings';

export const profileNameMaximum = 50;
export const profileDescriptionMaximum = 100;
/** Bounds the list that every dialog shows. */
export const profilesPerTenantMaximum = 100;

const name = displayText('Name', profileNameMaximum).refine((text) => text !== '', 'Name cannot be blank.');
const description = displayText('Description', profileDescriptionMaximum);
const settings = z.string({ error: 'Settings must be text.' }).transform((text, context) => {
  const reading = readSettings(text);
  if (reading.status === 'valid') return reading.compact;
  context.addIssue({ code: 'custom', message: reading.message });
  return z.NEVER;
});
const id = z.uuid();

/** What `New bias profile` submits. `settings` is the text of a JSON object, and comes out without spaces between. */
export const createBiasProfileSchema = z.strictObject({ name, description, settings });
export type CreateBiasProfileInput = z.infer<typeof createBiasProfileSchema>;

export const editBiasProfileSchema = z.strictObject({
  id,
  name,
  description,
  settings,
  /** What the editor saw: what is something else by now is not overwritten. */
  seen: z.strictObject({
    name: z.string().max(1_000),
    description: z.string().max(1_000),
    settings: z.string().max(settingsTextMaximum),
  }),
});
export type EditBiasProfileInput = z.infer<typeof editBiasProfileSchema>;

export const biasProfileReferenceSchema = z.strictObject({ id });

export const deleteBiasProfileSchema = z.strictObject({
  id,
  /** What its keys get instead; null for none. */
  replacementId: z.uuid('Choose a bias profile of your tenant.').nullable(),
});
export type DeleteBiasProfileInput = z.infer<typeof deleteBiasProfileSchema>;

/** What can be edited of a profile. `settings` is JSON without spaces between. */
export type BiasProfileTexts = { name: string; description: string; settings: string };

/** A bias profile as its admins see it, with the number of keys that it is attached to. */
export type BiasProfileUse = BiasProfileTexts & { id: string; keys: number };
