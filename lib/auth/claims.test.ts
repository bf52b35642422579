import { describe, expect, test } from 'vitest';
import { readClaims } from './claims';
import type { IdentityProvider } from './identity-providers';

const common = { label: 'Acme', tenantSlug: 'acme', clientId: 'latchkey', clientSecret: 'hush', discoveryUrl: '' };
const oidc: IdentityProvider = { ...common, kind: 'oidc', id: 'oidc', issuer: 'https://id.example.com' };
const directory = '8f7a1c9e-0000-4000-8000-1234567890ab';
const authority = 'https://login.microsoftonline.com';
const entra = {
  ...common,
  kind: 'entra',
  id: 'azure-ad',
  issuer: `${authority}/${directory}/v2.0`,
  authority,
  directory,
} as const;
const byDomain: IdentityProvider = { ...entra, issuer: `${authority}/acme.com/v2.0`, directory: 'acme.com' };

const person = { iss: oidc.issuer, sub: 'u1', email: 'Ann@Example.com', email_verified: true, name: 'Ann Example' };
const employee = { iss: entra.issuer, tid: directory, sub: 'u1', email: 'ann@example.com', name: 'Ann Example' };
const read = { status: 'read', subject: 'u1', email: 'ann@example.com', name: 'Ann Example' };

describe('an OpenID Connect provider', () => {
  test('vouches for a subject with a verified e-mail', () => {
    expect(readClaims(oidc, person)).toEqual(read);
  });

  test.each([
    ['another issuer', { iss: 'https://id.example.com/' }],
    ['an issuer in another case', { iss: 'https://ID.example.com' }],
    ['no issuer', { iss: undefined }],
    ['a list of issuers', { iss: [oidc.issuer] }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a numeric subject', { sub: 1 }],
    ['a subject with a line break', { sub: 'u1\n' }],
    ['a subject of 256 characters', { sub: 'x'.repeat(256) }],
  ])('is rejected with %s', (_, claims) => {
    expect(readClaims(oidc, { ...person, ...claims }).status).toBe('rejected');
  });

  test.each([undefined, null, false, 'true', 1])(
    'whose email_verified is %s does not vouch for the address',
    (word) => {
      expect(readClaims(oidc, { ...person, email_verified: word })).toEqual({ status: 'email_unverified' });
    },
  );

  test.each([
    undefined,
    null,
    '',
    ' ',
    'ann',
    'ann@',
    7,
    ['ann@example.com'],
    'ann@example.com\u0000',
    'a\u202enn@example.com',
  ])('that sends %j as the address sends none', (email) => {
    expect(readClaims(oidc, { ...person, email })).toEqual({ status: 'email_missing' });
  });

  test.each(['ann＠example.com', 'ＡＮＮ@example.com', ' ann@EXAMPLE.com '])(
    'means the same address by %s',
    (email) => {
      expect(readClaims(oidc, { ...person, email })).toEqual(read);
    },
  );
});

describe('Microsoft Entra', () => {
  test('vouches for the people of its one directory', () => {
    expect(readClaims(entra, employee)).toEqual(read);
    expect(readClaims(entra, { ...employee, tid: directory.toUpperCase() })).toEqual(read);
    expect(readClaims(byDomain, employee)).toEqual(read);
  });

  const other = '00000000-1111-4222-8333-444444444444';
  test.each([
    ['of another directory', { iss: `${authority}/${other}/v2.0`, tid: other }],
    ['of another directory that borrows the issuer', { tid: other }],
    ['of another issuer that borrows the directory', { iss: `${authority}/${other}/v2.0` }],
    ['of no directory', { tid: undefined }],
    ['of a directory that is no id', { tid: 'common', iss: `${authority}/common/v2.0` }],
  ])('does not vouch for people %s', (_, claims) => {
    expect(readClaims(entra, { ...employee, ...claims }).status).toBe('rejected');
  });

  test('by domain, the issuer is that of the directory it names', () => {
    expect(readClaims(byDomain, { ...employee, tid: other }).status).toBe('rejected');
    expect(readClaims(byDomain, { ...employee, iss: byDomain.issuer }).status).toBe('rejected');
  });

  test.each([
    [{ email_verified: true }, 'read'],
    [{ xms_edov: true }, 'read'],
    [{ xms_edov: '1' }, 'read'],
    [{ email_verified: false }, 'email_unverified'],
    [{ email_verified: null }, 'email_unverified'],
    [{ xms_edov: false }, 'email_unverified'],
    [{ xms_edov: '0' }, 'email_unverified'],
    [{ xms_edov: 0 }, 'email_unverified'],
    [{ email: undefined, preferred_username: 'ann@example.com' }, 'email_missing'],
  ])('with %j: %s', (claims, status) => {
    expect(readClaims(entra, { ...employee, ...claims }).status).toBe(status);
  });
});

describe('a name that cannot be shown is replaced by the e-mail’s', () => {
  test.each([undefined, null, 7, '', '   ', '\u200b', 'An\u202en', 'Ann\nExample', 'x'.repeat(101), { first: 'Ann' }])(
    '%j',
    (name) => {
      expect(readClaims(oidc, { ...person, name })).toEqual({ ...read, name: 'ann' });
    },
  );
});
