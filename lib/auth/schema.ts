import { z } from 'zod';

export const passwordMinimum = 12;
export const passwordMaximum = 256;

/** What two spellings of one address have in common. */
export function normalizeEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}

export const signInSchema = z.object({
  email: z
    .string()
    .min(1)
    .max(320)
    .regex(/^\P{Cc}*$/u)
    .transform(normalizeEmail),
  password: z.string().min(1).max(passwordMaximum),
});

/** Why Latchkey itself refuses a sign-in through an identity provider: `/sign-in?error=<code>`. Stable, for bookmarks and helpdesks. */
export const signInErrorCodes = [
  'AccountDisabled',
  'Cancelled',
  'EmailMissing',
  'EmailTaken',
  'EmailUnverified',
  'Expired',
  'ProviderMismatch',
  'ProviderRefused',
  'TenantMissing',
  'Unavailable',
  // next-auth's own, for an identity provider that is down or whose answer does not hold.
  'OAuthSignin',
  'OAuthCallback',
] as const;
export type SignInErrorCode = (typeof signInErrorCodes)[number];

export const changePasswordSchema = z
  .strictObject({
    currentPassword: z
      .string()
      .min(1, 'Enter your current password.')
      .max(passwordMaximum, 'Current password is too long.'),
    newPassword: z
      .string()
      .min(passwordMinimum, `New password needs at least ${passwordMinimum} characters.`)
      .max(passwordMaximum, `New password can have at most ${passwordMaximum} characters.`),
    repeatedPassword: z.string(),
  })
  .refine((input) => input.newPassword === input.repeatedPassword, {
    path: ['repeatedPassword'],
    message: 'The two new passwords are not the same.',
  })
  .refine((input) => input.newPassword !== input.currentPassword, {
    path: ['newPassword'],
    message: 'New password must differ from the current one.',
  });
export type ChangePasswordInput = z.infer<typeof changePasswordSchema>;

export const endSessionSchema = z.strictObject({ sessionId: z.uuid() });

/** A session as its owner sees it. Times are ISO 8601. */
export type SessionView = {
  id: string;
  current: boolean;
  address: string;
  userAgent: string;
  createdAt: string;
  lastSeenAt: string;
};
