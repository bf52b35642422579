'use server';

import { headers } from 'next/headers';
import { fieldMessages } from '@/app/field-messages';
import { redeemLink } from '@/lib/one-time-links/mutations';
import { findLink } from '@/lib/one-time-links/queries';
import { type LinkView, linkTokenSchema, redeemLinkSchema } from '@/lib/one-time-links/schema';
import type { RedeemLinkState } from './states';

// Nobody is signed in here: who has the token may use it.

export async function findLinkAction(token: unknown): Promise<LinkView> {
  const parsed = linkTokenSchema.safeParse(token);
  return parsed.success ? findLink(parsed.data) : { status: 'unknown' };
}

export async function redeemLinkAction(input: unknown): Promise<RedeemLinkState> {
  const parsed = redeemLinkSchema.safeParse(input);
  if (!parsed.success) {
    return { status: 'invalid', fields: fieldMessages(parsed.error, ['newPassword', 'repeatedPassword']) };
  }
  return redeemLink(parsed.data, (await headers()).get('x-forwarded-for') ?? 'unknown');
}
