'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { fieldMessages } from '@/app/field-messages';
import { refusalOf } from '@/app/refusal';
import { requireViewer } from '@/lib/auth/viewer';
import { type IdentityResult, linkIdentity, unlinkIdentity } from '@/lib/identities/mutations';
import { changeMember, enableMember, inviteMember, issueLink, signOutMember } from '@/lib/members/mutations';
import {
  changeMemberSchema,
  identityReferenceSchema,
  inviteMemberSchema,
  memberReferenceSchema,
} from '@/lib/members/schema';
import { offboardMember } from '@/lib/offboarding/mutations';
import { findOffboardingReview } from '@/lib/offboarding/queries';
import { offboardMemberSchema } from '@/lib/offboarding/schema';
import { decisionMessages } from './decision-messages';
import { deliverLink } from './deliver-link';
import type {
  ChangeMemberState,
  IdentityState,
  InviteMemberState,
  IssueLinkState,
  OffboardMemberState,
  ReviewState,
  SignOutMemberState,
} from './states';

const page = '/tenant/members';
const missing = { status: 'refused', message: 'This member does not exist any more. Reload the page.' } as const;
const malformed = { status: 'refused', message: 'This request is malformed. Reload the page.' } as const;

export async function inviteMemberAction(input: unknown): Promise<InviteMemberState> {
  const viewer = await requireViewer();
  const parsed = inviteMemberSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['email', 'name']) };
  const result = await inviteMember(viewer, parsed.data);
  switch (result.status) {
    case 'invited': {
      const link = await deliverLink(viewer, { ...result, purpose: 'invitation' });
      revalidatePath(page);
      return { status: 'issued', link };
    }
    case 'invalid':
      return { status: 'invalid', fields: { [result.field]: result.message } };
    default:
      return refusalOf(result, missing);
  }
}

export async function changeMemberAction(input: unknown): Promise<ChangeMemberState> {
  const viewer = await requireViewer();
  const parsed = changeMemberSchema.safeParse(input);
  if (!parsed.success) return malformed;
  const result = await changeMember(viewer, parsed.data);
  if (result.status !== 'done') return refusalOf(result, missing);
  if (parsed.data.memberId === viewer.memberId && parsed.data.admin === false) {
    // This page is not theirs any more, and no other page of the tenant.
    revalidatePath('/', 'layout');
    redirect('/account/api-keys');
  }
  revalidatePath(page);
  return result;
}

export async function issueLinkAction(input: unknown): Promise<IssueLinkState> {
  const viewer = await requireViewer();
  const parsed = memberReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await issueLink(viewer, parsed.data.memberId);
  if (result.status !== 'issued') return refusalOf(result, missing);
  const link = await deliverLink(viewer, result);
  revalidatePath(page);
  return { status: 'issued', link };
}

export async function signOutMemberAction(input: unknown): Promise<SignOutMemberState> {
  const viewer = await requireViewer();
  const parsed = memberReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await signOutMember(viewer, parsed.data.memberId);
  if (result.status !== 'done') return refusalOf(result, missing);
  revalidatePath(page);
  return result;
}

export async function enableMemberAction(input: unknown): Promise<ChangeMemberState> {
  const viewer = await requireViewer();
  const parsed = memberReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await enableMember(viewer, parsed.data.memberId);
  if (result.status !== 'done') return refusalOf(result, missing);
  revalidatePath(page);
  return result;
}

export async function linkIdentityAction(input: unknown): Promise<IdentityState> {
  const viewer = await requireViewer();
  const parsed = identityReferenceSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['issuer', 'subject']) };
  return identityState(await linkIdentity(viewer, parsed.data));
}

export async function unlinkIdentityAction(input: unknown): Promise<IdentityState> {
  const viewer = await requireViewer();
  const parsed = identityReferenceSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['issuer', 'subject']) };
  return identityState(await unlinkIdentity(viewer, parsed.data));
}

/** What a member's leaving would mean; asked when the review opens. It changes nothing. */
export async function reviewOffboardingAction(input: unknown): Promise<ReviewState> {
  const viewer = await requireViewer();
  const parsed = memberReferenceSchema.safeParse(input);
  const review = parsed.success ? await findOffboardingReview(viewer, parsed.data.memberId) : null;
  return review ? { status: 'ready', review } : missing;
}

export async function offboardMemberAction(input: unknown): Promise<OffboardMemberState> {
  const viewer = await requireViewer();
  const parsed = offboardMemberSchema.safeParse(input);
  if (!parsed.success) {
    const keys = decisionMessages(parsed.error, input);
    return keys ? { status: 'invalid', keys } : malformed;
  }
  const result = await offboardMember(viewer, parsed.data);
  switch (result.status) {
    case 'done':
      revalidatePath(page);
      return result;
    case 'review_changed':
      return result;
    case 'invalid':
      return { status: 'invalid', keys: { [result.clientId]: result.message } };
    default:
      return refusalOf(result, missing);
  }
}

function identityState(result: IdentityResult): IdentityState | Promise<IdentityState> {
  switch (result.status) {
    case 'done':
      revalidatePath(page);
      return result;
    case 'invalid':
      return { status: 'invalid', fields: { [result.field]: result.message } };
    default:
      return refusalOf(result, missing);
  }
}
