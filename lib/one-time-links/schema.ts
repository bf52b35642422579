import { z } from 'zod';
import { passwordMaximum, passwordMinimum } from '../auth/schema';

export const linkTokenSchema = z.string().max(200);

/** What the page behind a one-time link submits. */
export const redeemLinkSchema = z
  .strictObject({
    token: linkTokenSchema,
    newPassword: z
      .string()
      .min(passwordMinimum, `Password needs at least ${passwordMinimum} characters.`)
      .max(passwordMaximum, `Password can have at most ${passwordMaximum} characters.`),
    repeatedPassword: z.string(),
  })
  .refine((input) => input.newPassword === input.repeatedPassword, {
    path: ['repeatedPassword'],
    message: 'The two passwords are not the same.',
  });
export type RedeemLinkInput = z.infer<typeof redeemLinkSchema>;

export type LinkPurpose = 'invitation' | 'password_reset';

/** What a link is good for. `unknown`: never issued, replaced by a newer one, or withdrawn. */
export type LinkView =
  | { status: 'valid'; purpose: LinkPurpose; email: string; name: string; tenantName: string }
  | { status: 'used' | 'expired' | 'unknown' };
