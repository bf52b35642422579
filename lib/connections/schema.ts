import { z } from 'zod';
import { displayText } from '../display-text';

export const connectionKinds = ['llm_provider', 'workflow'] as const;
export type ConnectionKind = (typeof connectionKinds)[number];
export const authStyles = ['bearer', 'x_api_key', 'header', 'none'] as const;
/** How the provider key is presented: `Authorization: Bearer`, `x-api-key`, a header of another name, or not at all. */
export type AuthStyle = (typeof authStyles)[number];
export const workflowMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const connectionNameMaximum = 50;
/** Bounds the list that every dialog shows. */
export const connectionsPerTenantMaximum = 100;
export const connectionLimitSentence = `A tenant can have at most ${connectionsPerTenantMaximum} connections. Delete one to add another.`;
export const modelsPerConnectionMaximum = 100;
export const timeoutMaximumInSeconds = 600;
export const sizeLimitMaximumInMegabytes = 10_000;
export const defaultTimeoutInSeconds = 120;
export const defaultSizeLimitInMegabytes = 100;

const slug = z
  .string({ error: 'Slug must be text.' })
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/,
    'Slug can have 1 to 50 lower-case letters, digits and hyphens, and neither begins nor ends with a hyphen.',
  );
const name = displayText('Name', connectionNameMaximum).refine((text) => text !== '', 'Name cannot be blank.');

/** An upstream's URL, normalized. What it may reach is for the gateway to say. */
const url = z
  .string({ error: 'URL must be text.' })
  .max(2_000, 'URL can have at most 2,000 characters.')
  .transform((text, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const trimmed = text.trim();
    if (trimmed === '') return refuse('URL cannot be blank.');
    if (!URL.canParse(trimmed)) return refuse('URL must be a whole URL, such as https://api.example.com/v1.');
    const parsed = new URL(trimmed);
    if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return refuse('URL must begin with https://.');
    if (parsed.username || parsed.password)
      return refuse('URL cannot hold credentials: choose a provider key instead.');
    if (parsed.search || parsed.hash || /[?#]$/.test(trimmed))
      return refuse('URL cannot have a query or a fragment; callers append their own query.');
    if (/[{}]|%7[bd]/i.test(trimmed)) return refuse('Replace the part in braces by your own.');
    return parsed.href;
  });

/** Headers that the gateway writes itself, or that end at each hop. */
const reservedHeader =
  /^(?:host|connection|content-.+|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.+|cookie|set-cookie|forwarded|via|x-forwarded-.+|x-real-ip|x-latchkey-.+|x-client-id|x-client-secret|user-agent|accept|accept-encoding)$/;

const authHeader = z
  .string({ error: 'Header must be text.' })
  .transform((text) => text.trim().toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[a-z0-9-]{0,50}$/, 'Header can have at most 50 letters, digits and hyphens.')
      .refine((text) => !reservedHeader.test(text), 'This header cannot hold a provider key. Choose another one.'),
  );

const providerKeyId = z.uuid('Choose a provider key of your tenant.').nullable();

const model = z.strictObject({
  name: displayText('Model', 100).refine((text) => text !== '', 'Model cannot be blank.'),
  /** Whether it has a provider key other than its connection's, and which. */
  ownKey: z.boolean(),
  providerKeyId,
});

const wholeNumber = (label: string, maximum: number) =>
  z.coerce
    .number({ error: `${label} must be a whole number from 1 to ${maximum.toLocaleString('en')}.` })
    .int(`${label} must be a whole number from 1 to ${maximum.toLocaleString('en')}.`)
    .min(1, `${label} must be at least 1.`)
    .max(maximum, `${label} can be at most ${maximum.toLocaleString('en')}.`);

const settings = {
  name,
  url,
  /** A workflow's; of an LLM provider it is ignored. */
  method: z.enum(workflowMethods, { error: 'Choose one of the methods.' }),
  authStyle: z.enum(authStyles, { error: 'Choose how the key is sent.' }),
  /** Blank but for the style `header`. */
  authHeader,
  /** Null: none yet, or none needed. */
  providerKeyId,
  /** What a key must hold to use it. */
  scopes: z
    .array(z.string().max(200))
    .max(100)
    .transform((names) => [...new Set(names)]),
  models: z
    .array(model)
    .max(modelsPerConnectionMaximum, `A connection can have at most ${modelsPerConnectionMaximum} models.`),
  timeoutInSeconds: wholeNumber('Timeout', timeoutMaximumInSeconds),
  sizeLimitInMegabytes: wholeNumber('Size limit', sizeLimitMaximumInMegabytes),
};

type Settings = {
  authStyle: AuthStyle;
  authHeader: string;
  providerKeyId: string | null;
  models: Array<{ name: string }>;
};

function checkTogether(input: Settings, context: z.RefinementCtx): void {
  if (input.authStyle === 'header' && input.authHeader === '') {
    context.addIssue({ code: 'custom', path: ['authHeader'], message: 'Header cannot be blank.' });
  }
  const names = input.models.map((model) => model.name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice) context.addIssue({ code: 'custom', path: ['models'], message: `The model ${twice} is there twice.` });
}

/** What `New connection` submits. Slug and kind stay for ever: services know them. */
export const createConnectionSchema = z
  .strictObject({ slug, kind: z.enum(connectionKinds), ...settings })
  .superRefine(checkTogether);
export type CreateConnectionInput = z.infer<typeof createConnectionSchema>;

export const editConnectionSchema = z
  .strictObject({
    id: z.uuid(),
    /** What the editor saw; where somebody else saved meanwhile, nothing is written. */
    seenUpdatedAt: z.iso.datetime(),
    ...settings,
  })
  .superRefine(checkTogether);
export type EditConnectionInput = z.infer<typeof editConnectionSchema>;

export const connectionReferenceSchema = z.strictObject({ id: z.uuid() });

export type ConnectionModelView = {
  name: string;
  /** True with `providerKey` null: its own provider key was deleted, and it cannot be called. */
  ownKey: boolean;
  providerKey: { id: string; name: string } | null;
};

/** A connection as the tenant's members see it. */
export type ConnectionView = {
  id: string;
  slug: string;
  name: string;
  kind: ConnectionKind;
  url: string;
  /** Null for an LLM provider. */
  method: (typeof workflowMethods)[number] | null;
  authStyle: AuthStyle;
  authHeader: string;
  /** Null, unless the style is `none`: nothing can be called through it. */
  providerKey: { id: string; name: string } | null;
  scopes: string[];
  models: ConnectionModelView[];
  timeoutInSeconds: number;
  sizeLimitInMegabytes: number;
  createdAt: Date;
  updatedAt: Date;
  /** The latest failure at the upstream in the last 24 hours, by a problem's type. */
  lastFailure: { reason: string; at: Date } | null;
};
