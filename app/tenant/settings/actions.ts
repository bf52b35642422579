'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { formRefusalOf, refusalOf } from '@/app/refusal';
import { adminRefusal } from '@/lib/auth/permissions';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import { findPolicyReview } from '@/lib/policy-review/queries';
import { changesOf } from '@/lib/policy-review/words';
import { createScope, deleteScope, editScope } from '@/lib/scopes/mutations';
import { findKeysHolding } from '@/lib/scopes/queries';
import { createScopeSchema, editScopeSchema, scopeReferenceSchema } from '@/lib/scopes/schema';
import { policyNumberFields } from '@/lib/tenants/limits';
import { updatePolicy } from '@/lib/tenants/mutations';
import { policyChangeSchema } from '@/lib/tenants/schema';
import type { DeleteScopeState, PolicyState, ReviewPolicyState, ReviewScopeState, SaveScopeState } from './states';

const page = '/tenant/settings';
const missing = { status: 'refused', message: 'This scope does not exist any more. Reload the page.' } as const;
const alreadySo = { status: 'refused', message: 'The settings are like this already. Reload the page.' } as const;

export async function updatePolicyAction(input: unknown): Promise<PolicyState> {
  const viewer = await requireViewer();
  const parsed = policyChangeSchema.safeParse(input);
  if (!parsed.success) {
    return { status: 'invalid', fields: fieldMessages(parsed.error, policyNumberFields) };
  }
  const result = await updatePolicy(viewer, parsed.data);
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'saved':
      revalidatePath(page);
      return result;
    case 'refused':
      return result;
  }
}

/** What a change of the policy means now; asked before it is saved. It changes nothing. */
export async function reviewPolicyAction(input: unknown): Promise<ReviewPolicyState> {
  const viewer = await requireViewer();
  const parsed = policyChangeSchema.safeParse(input);
  if (!parsed.success) {
    return { status: 'invalid', fields: fieldMessages(parsed.error, policyNumberFields) };
  }
  const review = await findPolicyReview(viewer, parsed.data);
  if (!review) return { status: 'refused', message: adminRefusal };
  return review.changed.length === 0 ? alreadySo : { status: 'ready', changes: changesOf(review) };
}

export async function createScopeAction(input: unknown): Promise<SaveScopeState> {
  const viewer = await requireViewer();
  const parsed = createScopeSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['name', 'description']) };
  const result = await createScope(viewer, parsed.data);
  if (result.status !== 'created') return formRefusalOf(result, missing);
  revalidatePath(page);
  return { status: 'saved' };
}

export async function editScopeAction(input: unknown): Promise<SaveScopeState> {
  const viewer = await requireViewer();
  const parsed = editScopeSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['description']) };
  const result = await editScope(viewer, parsed.data);
  if (result.status !== 'done') return refusalOf(result, missing);
  revalidatePath(page);
  return { status: 'saved' };
}

/** What deleting a scope would take away; asked when the question opens. It changes nothing. */
export async function reviewScopeAction(input: unknown): Promise<ReviewScopeState> {
  const viewer = await requireViewer();
  const parsed = scopeReferenceSchema.safeParse(input);
  const keys = parsed.success ? await findKeysHolding(viewer, parsed.data.name) : null;
  return keys === null ? missing : { status: 'ready', keys };
}

export async function deleteScopeAction(input: unknown): Promise<DeleteScopeState> {
  const viewer = await requireViewer();
  const parsed = scopeReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await deleteScope(viewer, parsed.data.name);
  if (result.status !== 'deleted') return refusalOf(result, missing);
  revalidatePath(page);
  return result;
}
