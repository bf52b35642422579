'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { formRefusalOf } from '@/app/refusal';
import { requireViewer } from '@/lib/auth/viewer';
import { createBiasProfile, deleteBiasProfile, editBiasProfile } from '@/lib/bias-profiles/mutations';
import { findKeysUsing } from '@/lib/bias-profiles/queries';
import {
  biasProfileReferenceSchema,
  createBiasProfileSchema,
  deleteBiasProfileSchema,
  editBiasProfileSchema,
} from '@/lib/bias-profiles/schema';
import type { DeleteProfileState, ReviewProfileState, SaveProfileState } from './states';

const page = '/tenant/bias-profiles';
const fields = ['name', 'description', 'settings'] as const;
const missing = { status: 'refused', message: 'This bias profile does not exist any more. Reload the page.' } as const;

export async function createBiasProfileAction(input: unknown): Promise<SaveProfileState> {
  const viewer = await requireViewer();
  const parsed = createBiasProfileSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  const result = await createBiasProfile(viewer, parsed.data);
  if (result.status !== 'created') return formRefusalOf(result, missing);
  revalidatePath(page);
  return { status: 'saved' };
}

export async function editBiasProfileAction(input: unknown): Promise<SaveProfileState> {
  const viewer = await requireViewer();
  const parsed = editBiasProfileSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  const result = await editBiasProfile(viewer, parsed.data);
  switch (result.status) {
    case 'done':
      revalidatePath(page);
      return { status: 'saved' };
    case 'changed':
      return result;
    default:
      return formRefusalOf(result, missing);
  }
}

/** How many keys deleting a profile would concern; asked when the question opens. It changes nothing. */
export async function reviewBiasProfileAction(input: unknown): Promise<ReviewProfileState> {
  const viewer = await requireViewer();
  const parsed = biasProfileReferenceSchema.safeParse(input);
  const keys = parsed.success ? await findKeysUsing(viewer, parsed.data.id) : null;
  return keys === null ? missing : { status: 'ready', keys };
}

export async function deleteBiasProfileAction(input: unknown): Promise<DeleteProfileState> {
  const viewer = await requireViewer();
  const parsed = deleteBiasProfileSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['replacementId']) };
  const result = await deleteBiasProfile(viewer, parsed.data);
  if (result.status !== 'deleted') return formRefusalOf(result, missing);
  revalidatePath(page);
  return result;
}
