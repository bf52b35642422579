import { z } from 'zod';
import { displayText } from '../display-text';

export const scopeNameMaximum = 50;
export const scopeDescriptionMaximum = 100;
/** Bounds the list that every dialog shows. */
export const scopesPerTenantMaximum = 200;
/** A key's scopes travel in one response header, and nginx reads at most 4 KiB of headers by default. */
export const scopesPerKeyMaximum = 50;

// RFC 6749 section 3.3 allows more characters in a scope-token; these are the ones that people can read out.
const scopeName = /^[a-z][a-z0-9:._/-]{0,49}$/;

/** Such names are Latchkey's own: what they permit is decided by its code. */
const builtInPrefix = 'latchkey:';

const name = z
  .string({ error: 'Name must be text.' })
  .max(10_000, `Name can have at most ${scopeNameMaximum} characters.`)
  .trim()
  .superRefine((text, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (text === '') refuse('Name cannot be blank.');
    else if (text.length > scopeNameMaximum)
      refuse(`Name can have at most ${scopeNameMaximum} characters; this has ${text.length}.`);
    else if (!scopeName.test(text))
      refuse('Name must begin with a lower-case letter and hold only lower-case letters, digits and : . _ - /');
    else if (text.startsWith(builtInPrefix) || text === 'latchkey')
      refuse(`Names that begin with ${builtInPrefix} are reserved for built-in scopes.`);
  });
const description = displayText('Description', scopeDescriptionMaximum);

/** What `Add scope` submits. */
export const createScopeSchema = z.strictObject({ name, description });
export type CreateScopeInput = z.infer<typeof createScopeSchema>;

/** A scope that exists, by whatever name. */
const existing = z.string().regex(scopeName);

export const editScopeSchema = z.strictObject({ name: existing, description });
export type EditScopeInput = z.infer<typeof editScopeSchema>;

export const scopeReferenceSchema = z.strictObject({ name: existing });

/** The scopes that a key shall hold, each once and in order; that they exist is checked by the write. */
export const scopeList = z
  .array(z.string().regex(scopeName, 'There is no scope with such a name.'), 'Scopes must be a list of names.')
  .max(scopesPerKeyMaximum, `A key can hold at most ${scopesPerKeyMaximum} scopes.`)
  .transform((names) => [...new Set(names)].sort());

/** A scope as everybody who may choose it sees it. */
export type ScopeView = { name: string; description: string };

/** The same for admins. */
export type ScopeUse = ScopeView & { keys: number };
