import { describe, expect, test } from 'vitest';
import { changePasswordSchema, normalizeEmail, signInSchema } from './schema';

test('case, spaces and full-width forms of an e-mail are one address', () => {
  for (const spelling of ['Dana@Demo.test', ' dana@demo.test ', 'dana＠demo.test', 'ｄana@demo.test'])
    expect(normalizeEmail(spelling)).toBe('dana@demo.test');
});

test('a sign-in of absurd length is refused before any password is checked', () => {
  expect(signInSchema.safeParse({ email: 'a@b.c', password: 'x'.repeat(257) }).success).toBe(false);
  expect(signInSchema.safeParse({ email: 'x'.repeat(321), password: 'x' }).success).toBe(false);
  expect(signInSchema.safeParse({ email: '', password: '' }).success).toBe(false);
});

describe('change password', () => {
  const complaint = (fields: Record<string, string>) =>
    changePasswordSchema
      .safeParse({
        currentPassword: 'the old password',
        newPassword: 'the new password',
        repeatedPassword: 'the new password',
        ...fields,
      })
      .error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? null;

  test('a good one is accepted', () => {
    expect(complaint({})).toBeNull();
  });

  test.each([
    [
      { newPassword: 'elevenchars', repeatedPassword: 'elevenchars' },
      'newPassword: New password needs at least 12 characters.',
    ],
    [
      { newPassword: 'x'.repeat(257), repeatedPassword: 'x'.repeat(257) },
      'newPassword: New password can have at most 256 characters.',
    ],
    [{ repeatedPassword: 'another one' }, 'repeatedPassword: The two new passwords are not the same.'],
    [{ currentPassword: 'the new password' }, 'newPassword: New password must differ from the current one.'],
    [{ currentPassword: '' }, 'currentPassword: Enter your current password.'],
  ])('%j is refused', (fields, message) => {
    expect(complaint(fields)).toContain(message);
  });

  test('a member cannot be named', () => {
    expect(complaint({ memberId: 'x' })).toHaveLength(1);
  });
});
