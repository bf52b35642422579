import { describe, expect, test } from 'vitest';
import { readIdentityProviders } from './identity-providers';

const oidc = {
  AUTH_OIDC_ISSUER: 'https://id.example.com',
  AUTH_OIDC_CLIENT_ID: 'latchkey',
  AUTH_OIDC_CLIENT_SECRET: 'hush',
  AUTH_OIDC_TENANT: 'acme',
};
const directory = '8F7A1c9e-0000-4000-8000-1234567890ab';
const entra = {
  AUTH_AZURE_AD_TENANT_ID: directory,
  AUTH_AZURE_AD_CLIENT_ID: 'app',
  AUTH_AZURE_AD_CLIENT_SECRET: 'hush',
  AUTH_AZURE_AD_TENANT: 'acme',
};
/** The same set under another name. */
const named = (set: string, variables: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name.replace(/^(AUTH_OIDC|AUTH_AZURE_AD)/, `$1_${set}`), value]),
  );
const problems = (variables: Record<string, string>) => readIdentityProviders(variables).problems;

describe('what is configured', () => {
  test('nothing is no provider, and an empty variable means the same as an unset one', () => {
    expect(readIdentityProviders({ PORT: '3000', AUTH_SECRET: 'x' })).toEqual({ providers: [], problems: [] });
    const empty = Object.fromEntries(Object.keys({ ...oidc, ...entra }).map((name) => [name, '']));
    expect(readIdentityProviders(empty)).toEqual({ providers: [], problems: [] });
  });

  test('an OpenID Connect provider is called by its host unless it has a name', () => {
    const { providers } = readIdentityProviders(oidc);
    expect(providers).toEqual([
      {
        kind: 'oidc',
        id: 'oidc',
        label: 'id.example.com',
        tenantSlug: 'acme',
        issuer: 'https://id.example.com',
        clientId: 'latchkey',
        clientSecret: 'hush',
        discoveryUrl: 'https://id.example.com/.well-known/openid-configuration',
      },
    ]);
    expect(readIdentityProviders({ ...oidc, AUTH_OIDC_NAME: 'Acme' }).providers[0]?.label).toBe('Acme');
  });

  test('an issuer keeps its last slash, which is part of its name', () => {
    const [provider] = readIdentityProviders({ ...oidc, AUTH_OIDC_ISSUER: 'https://acme.eu.auth0.com/' }).providers;
    expect(provider?.issuer).toBe('https://acme.eu.auth0.com/');
    expect(provider?.discoveryUrl).toBe('https://acme.eu.auth0.com/.well-known/openid-configuration');
  });

  test('a Microsoft Entra directory is a UUID in any case, or a verified domain', () => {
    expect(readIdentityProviders(entra).providers).toEqual([
      {
        kind: 'entra',
        id: 'azure-ad',
        label: 'Microsoft',
        tenantSlug: 'acme',
        issuer: `https://login.microsoftonline.com/${directory.toLowerCase()}/v2.0`,
        clientId: 'app',
        clientSecret: 'hush',
        discoveryUrl: `https://login.microsoftonline.com/${directory.toLowerCase()}/v2.0/.well-known/openid-configuration`,
        authority: 'https://login.microsoftonline.com',
        directory: directory.toLowerCase(),
      },
    ]);
    const sovereign = {
      AUTH_AZURE_AD_TENANT_ID: 'acme.onmicrosoft.us',
      AUTH_AZURE_AD_AUTHORITY: 'https://login.microsoftonline.us/',
    };
    expect(readIdentityProviders({ ...entra, ...sovereign }).providers[0]).toMatchObject({
      issuer: 'https://login.microsoftonline.us/acme.onmicrosoft.us/v2.0',
      directory: 'acme.onmicrosoft.us',
    });
  });

  test('several sets are several providers, in a stable order', () => {
    const sets = {
      ...named('10', oidc),
      ...entra,
      ...named('ACME_EU', oidc),
      ...named('2', oidc),
      ...oidc,
      ...named('B', entra),
    };
    const ids = ['oidc', 'oidc-2', 'oidc-10', 'oidc-acme-eu', 'azure-ad', 'azure-ad-b'];
    expect(readIdentityProviders(sets).problems).toEqual([]);
    expect(readIdentityProviders(sets).providers.map(({ id }) => id)).toEqual(ids);
  });

  test.each(['http://localhost:9000', 'http://127.0.0.1:9000/realm', 'http://[::1]:9000'])(
    'this machine may speak http: %s',
    (issuer) => {
      expect(problems({ ...oidc, AUTH_OIDC_ISSUER: issuer })).toEqual([]);
    },
  );
});

describe('what is refused, by the name of the variable', () => {
  test.each([...Object.keys(oidc), ...Object.keys(entra)])('a set without %s', (name) => {
    const whole = name in oidc ? oidc : entra;
    const { [name]: _, ...rest } = whole as Record<string, string>;
    for (const variables of [rest, { ...rest, [name]: ' ' }]) {
      expect(problems(variables)).toEqual([`${name} is missing`]);
      expect(problems({ ...whole, ...named('2', variables) })).toEqual([
        `${name.replace(/^(AUTH_OIDC|AUTH_AZURE_AD)/, '$1_2')} is missing`,
      ]);
    }
  });

  test.each([
    'AUTH_OIDC_ISSUR',
    'AUTH_OIDC_SECRET',
    'AUTH_OIDC_2',
    'AUTH_OIDC_2ISSUER',
    'AUTH_OIDC__ISSUER',
    'AUTH_OIDC_A__B_ISSUER',
    'AUTH_OIDC_issuer',
    'AUTH_AZURE_AD_ISSUER',
    'AUTH_AZURE_AD_DOMAIN',
    `AUTH_OIDC_${'X'.repeat(33)}_ISSUER`,
  ])('the typing error %s', (name) => {
    expect(problems({ ...oidc, ...entra, [name]: 'https://id.example.com' })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is not a setting`)),
    ]);
  });

  test.each([
    ['AUTH_OIDC_ISSUER', 'http://id.example.com'],
    ['AUTH_OIDC_ISSUER', 'http://localhost.evil.example'],
    ['AUTH_OIDC_ISSUER', 'http://127.0.0.1.nip.io'],
    ['AUTH_OIDC_ISSUER', 'id.example.com'],
    ['AUTH_OIDC_ISSUER', 'ftp://id.example.com'],
    ['AUTH_OIDC_ISSUER', 'https://id.example.com/?a=b'],
    ['AUTH_OIDC_ISSUER', 'https://id.example.com/#'],
    ['AUTH_OIDC_ISSUER', 'https://user:word@id.example.com'],
    ['AUTH_OIDC_CLIENT_ID', 'two words'],
    ['AUTH_OIDC_TENANT', 'Acme'],
    ['AUTH_OIDC_TENANT', 'acme,globex'],
    ['AUTH_OIDC_TENANT', '*'],
    ['AUTH_OIDC_NAME', 'x'.repeat(61)],
    ['AUTH_OIDC_NAME', 'Ac\u202eme'],
    ['AUTH_AZURE_AD_TENANT_ID', 'common'],
    ['AUTH_AZURE_AD_TENANT_ID', 'organizations'],
    ['AUTH_AZURE_AD_TENANT_ID', 'Consumers'],
    ['AUTH_AZURE_AD_TENANT_ID', 'acme.com/../common'],
    ['AUTH_AZURE_AD_AUTHORITY', 'http://login.microsoftonline.com'],
  ])('%s = %s', (name, value) => {
    expect(problems({ ...oidc, ...entra, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must be `)),
    ]);
  });

  test('two providers with the same id', () => {
    expect(problems({ ...named('acme', oidc), ...named('ACME', oidc) })).toEqual([
      expect.stringMatching(/^AUTH_OIDC_(acme|ACME)_ISSUER names a second provider oidc-acme/),
    ]);
  });

  test('a demo identity provider, which asks for no password, in front of a tenant that is no demo', () => {
    expect(problems(named('DEMO', oidc))).toEqual([expect.stringMatching(/^AUTH_OIDC_DEMO_TENANT must be demo/)]);
    expect(problems({ ...named('DEMO', oidc), AUTH_OIDC_DEMO_TENANT: 'demo' })).toEqual([]);
  });

  test('everything at once, and never with a secret', () => {
    const secret = 'a secret with spaces';
    const found = problems({
      AUTH_OIDC_CLIENT_SECRET: secret,
      AUTH_OIDC_TYPO: secret,
      AUTH_AZURE_AD_CLIENT_SECRET: secret,
    });
    expect(found).toHaveLength(3 + 1 + 3);
    expect(found.join()).not.toContain(secret);
  });
});
