import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { loggedReason } from './logged-reason';

const { errors } = createRequire(createRequire(import.meta.url).resolve('next-auth'))('openid-client') as {
  errors: Record<'RPError' | 'OPError', new (details: object, response?: object) => Error>;
};
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl';
const code = '0Ab-code_of-an_authorization-9zZ';

describe('what is logged of a failed sign-in', () => {
  test.each([
    ['a token', { message: `failed to decode ${jwt}`, jwt }, 'failed to decode …'],
    ['a state', { printf: ['state mismatch, expected %s, got: %s', 'short', code] }, 'state mismatch'],
    ['a nonce', { printf: ['nonce mismatch, expected %s, got: %s', code, 'x'] }, 'nonce mismatch'],
    ['an audience', { printf: ['aud mismatch, expected %s, got: %s', 'a', jwt] }, 'aud mismatch'],
  ])('never holds %s', (_, details, logged) => {
    expect(loggedReason({ error: new errors.RPError(details), providerId: 'oidc' })).toBe(logged);
  });

  test('never holds what the provider answered, nor the code that it was asked with', () => {
    const error = new errors.OPError(
      { error: 'invalid_grant', error_description: `AADSTS70008: ${code} is over` },
      { body: { access_token: jwt } },
    );
    expect(loggedReason(error)).toBe('invalid_grant (AADSTS70008: … is over)');
    for (const text of ['{"id_token":"abc', `"${jwt}`, '<html>']) {
      let thrown: unknown;
      try {
        JSON.parse(text);
      } catch (failure) {
        thrown = failure;
      }
      expect(loggedReason(thrown)).not.toMatch(/id_token|abc|eyJ|html/);
    }
  });

  test('names the host that could not be reached, for the operator', () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND login.microsoftonline.example'), {
      code: 'ENOTFOUND',
    });
    expect(loggedReason({ error })).toBe('ENOTFOUND: getaddrinfo ENOTFOUND login.microsoftonline.example');
  });

  test.each([null, undefined, 'text', {}, { error: 'text' }])('is a word for %j', (thrown) => {
    expect(loggedReason(thrown)).toBe('unknown');
  });
});
