import { z } from 'zod';
import { displayText } from '../display-text';

export const providerKeyNameMaximum = 50;
export const providerKeyValueMaximum = 4_096;
/** Bounds the list that every dialog shows. */
export const providerKeysPerTenantMaximum = 100;
/** A shorter value is masked as a whole: six of its characters would say too much. */
const shownFrom = 16;

const name = displayText('API key name', providerKeyNameMaximum).refine(
  (text) => text !== '',
  'API key name cannot be blank.',
);

// It becomes a header's value, so nothing but visible ASCII; spaces around it are a slip of the clipboard.
const value = z
  .string({ error: 'API key value must be text.' })
  .max(10_000, `API key value can have at most ${providerKeyValueMaximum} characters.`)
  .transform((text) => text.trim())
  .superRefine((text, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (text.length > providerKeyValueMaximum)
      refuse(`API key value can have at most ${providerKeyValueMaximum} characters; this has ${text.length}.`);
    else if (!/^[\x21-\x7e]*$/.test(text))
      refuse('API key value can only have letters, digits and signs of ASCII, without spaces or line breaks.');
  });

/** What `New provider key` submits. */
export const createProviderKeySchema = z.strictObject({
  name,
  value: value.refine((text) => text !== '', 'API key value cannot be blank.'),
});
export type CreateProviderKeyInput = z.infer<typeof createProviderKeySchema>;

/** A blank value keeps the old one. */
export const editProviderKeySchema = z.strictObject({ id: z.uuid(), name, value });
export type EditProviderKeyInput = z.infer<typeof editProviderKeySchema>;

export const providerKeyReferenceSchema = z.strictObject({ id: z.uuid() });

/** What is kept of a value to recognize it by: its first and its last three characters, or nothing of a short one. */
export function providerKeyMaskOf(value: string): { firstThree: string; lastThree: string } {
  if (value.length < shownFrom) return { firstThree: '', lastThree: '' };
  return { firstThree: value.slice(0, 3), lastThree: value.slice(-3) };
}

/** A provider key for a choice. */
export type ProviderKeyChoice = { id: string; name: string; mask: string };

/** A provider key as the tenant's members see it. */
export type ProviderKeyView = {
  id: string;
  name: string;
  /** Such as `sk-…9f2`; dots alone for a short value. */
  mask: string;
  /** The connections that use it, themselves or one of their models, by name. */
  usedBy: Array<{ slug: string; name: string }>;
  /** To the minute; null = never. */
  lastUsedAt: Date | null;
  updatedAt: Date;
};

export type ProviderKeyPageView = {
  keys: ProviderKeyView[];
  /** Why the viewer may change none; null when they may. */
  refusal: string | null;
  /** The database's clock. */
  now: Date;
};

/** A connection that a provider key is used by. */
export type ProviderKeyUse = {
  slug: string;
  name: string;
  /** False: only models of it use the key, beside another one of its own or none. */
  itself: boolean;
};

/** How a mask is written. */
export function maskText({ firstThree, lastThree }: { firstThree: string; lastThree: string }): string {
  return `${firstThree}${firstThree === '' ? '••••••••' : '…'}${lastThree}`;
}
