import { z } from 'zod';
import { displayText } from '../display-text';

type Common = {
  /** Part of the redirect URI, e.g. `oidc-acme`. */
  id: string;
  /** On the sign-in page: `Sign in with <label>`. */
  label: string;
  /** The one tenant whose members this provider vouches for. */
  tenantSlug: string;
  /** Who vouches. Together with the subject it is the identity, so people are lost when it changes. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where the provider describes itself (OpenID Connect Discovery 1.0). */
  discoveryUrl: string;
};

export type IdentityProvider =
  | (Common & { kind: 'oidc' })
  /** Microsoft Entra ID. `directory` is the tenant id, a UUID in lower case, or a domain that the tenant has verified. */
  | (Common & { kind: 'entra'; authority: string; directory: string });

type Variables = Record<string, string | undefined>;

const families = [
  { prefix: 'AUTH_OIDC', id: 'oidc', required: ['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET', 'TENANT'], optional: ['NAME'] },
  {
    prefix: 'AUTH_AZURE_AD',
    id: 'azure-ad',
    required: ['TENANT_ID', 'CLIENT_ID', 'CLIENT_SECRET', 'TENANT'],
    optional: ['NAME', 'AUTHORITY'],
  },
] as const;

const setName = /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/;
const setNameMaximum = 32;
/** The set `DEMO`, which the quickstart configures. */
export const demoProviderId = 'oidc-demo';

/**
 * The identity providers that the environment names: `AUTH_OIDC_ISSUER…`, and further sets like `AUTH_OIDC_2_ISSUER…` or
 * `AUTH_OIDC_ACME_ISSUER…`; the same for `AUTH_AZURE_AD_TENANT_ID…`.
 * @returns problems as sentences that name the variable and the rule, and never repeat a secret
 */
export function readIdentityProviders(variables: Variables): { providers: IdentityProvider[]; problems: string[] } {
  const providers: IdentityProvider[] = [];
  const problems: string[] = [];
  for (const family of families) {
    const sets = new Map<string, Variables>();
    const fields: readonly string[] = [...family.required, ...family.optional];
    const known = new RegExp(`^${family.prefix}_(?:(.+)_)?(${fields.join('|')})$`);
    for (const [name, value] of Object.entries(variables)) {
      // An empty variable means the same as an unset one.
      if (!name.startsWith(`${family.prefix}_`) || !value?.trim()) continue;
      const [, set = '', field] = known.exec(name) ?? [];
      if (!field || (set !== '' && (!setName.test(set) || set.length > setNameMaximum))) {
        problems.push(`${name} is not a setting; a set of ${family.prefix} has ${fields.join(', ')}`);
        continue;
      }
      sets.set(set, { ...sets.get(set), [field]: value.trim() });
    }
    const read = family.id === 'oidc' ? readOidc : readEntra;
    for (const [set, values] of [...sets].sort(([left], [right]) =>
      left.localeCompare(right, 'en', { numeric: true }),
    )) {
      const prefix = set === '' ? family.prefix : `${family.prefix}_${set}`;
      const id = set === '' ? family.id : `${family.id}-${set.toLowerCase().replaceAll('_', '-')}`;
      const missing = family.required.filter((field) => !values[field]).map((field) => `${prefix}_${field} is missing`);
      if (missing.length > 0) {
        problems.push(...missing);
        continue;
      }
      const refuse = (field: string, rule: string) => void problems.push(`${prefix}_${field} ${rule}`);
      const common = readCommon(id, values, refuse);
      const provider = read(common, values, refuse);
      if (providers.some((other) => other.id === id)) {
        problems.push(`${prefix}_${family.required[0]} names a second provider ${id}: choose another name for the set`);
      }
      if (provider) providers.push(provider);
    }
  }
  return { providers, problems };
}

type Refuse = (field: string, rule: string) => void;
type Base = Omit<Common, 'issuer' | 'discoveryUrl'>;

function readCommon(id: string, values: Variables, refuse: Refuse): Base {
  const {
    CLIENT_ID: clientId = '',
    CLIENT_SECRET: clientSecret = '',
    TENANT: tenantSlug = '',
    NAME: label = '',
  } = values;
  if (!/^[\x21-\x7e]{1,255}$/.test(clientId)) refuse('CLIENT_ID', 'must be the client id that the provider issued');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenantSlug)) {
    refuse('TENANT', 'must be the slug of one tenant, in lower-case letters, digits and hyphens');
  }
  // Its provider asks nobody for a password, so it must not lead into a tenant that is meant seriously.
  if (id === demoProviderId && tenantSlug !== 'demo')
    refuse('TENANT', 'must be demo: the demo identity provider lets everybody in');
  const name = displayText('It', 60).safeParse(label);
  if (!name.success) refuse('NAME', 'must be one line of at most 60 visible characters');
  return { id, label, tenantSlug, clientId, clientSecret };
}

function readOidc(base: Base, values: Variables, refuse: Refuse): IdentityProvider | null {
  const { ISSUER: issuer = '' } = values;
  const url = safeUrl(issuer);
  if (!url) {
    refuse('ISSUER', 'must be an https:// URL without query; http:// is for this machine only');
    return null;
  }
  return {
    ...base,
    kind: 'oidc',
    label: base.label || url.host,
    issuer,
    discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  };
}

const domain = /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

function readEntra(base: Base, values: Variables, refuse: Refuse): IdentityProvider | null {
  const directory = (values.TENANT_ID ?? '').toLowerCase();
  const authority = (values.AUTHORITY ?? 'https://login.microsoftonline.com').replace(/\/$/, '');
  // common, organizations and consumers, which let people of every directory in, are neither.
  if (!z.guid().safeParse(directory).success && !domain.test(directory)) {
    refuse('TENANT_ID', 'must be the id (a UUID) or a verified domain of one directory, never common or organizations');
    return null;
  }
  if (!safeUrl(authority)) {
    refuse('AUTHORITY', 'must be an https:// URL without query; http:// is for this machine only');
    return null;
  }
  const issuer = `${authority}/${directory}/v2.0`;
  const discoveryUrl = `${issuer}/.well-known/openid-configuration`;
  return { ...base, kind: 'entra', label: base.label || 'Microsoft', issuer, discoveryUrl, authority, directory };
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Null unless it is https, or stays on this machine. */
function safeUrl(text: string): URL | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const plain =
    !url.search && !url.hash && !url.username && !url.password && !text.includes('?') && !text.includes('#');
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
  return plain && safe ? url : null;
}
