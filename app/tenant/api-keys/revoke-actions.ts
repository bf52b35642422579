'use server';

import { revalidatePath } from 'next/cache';
import { refusalOf } from '@/app/refusal';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import { revokeKey } from '@/lib/keys/revocation';
import { clientIdSchema } from '@/lib/keys/schema';
import { continueRevocation, startRevocation } from '@/lib/revocations/mutations';
import { reviewRevocation } from '@/lib/revocations/queries';
import {
  revocationMaximum,
  revocationReferenceSchema,
  selectionSchema,
  startRevocationSchema,
} from '@/lib/revocations/schema';
import type {
  ContinueRevocationState,
  ReviewRevocationState,
  RevokeKeyState,
  StartRevocationState,
} from './revoke-states';

const malformed = { status: 'refused', message: 'This request is malformed. Reload the page.' } as const;
const needsAdmin = { status: 'refused', message: 'You need the role admin. Ask your administrator.' } as const;
const missingKey = { status: 'refused', message: 'This key does not exist any more. Reload the page.' } as const;
const missing = { status: 'refused', message: 'This bulk revoke does not exist any more. Reload the page.' } as const;
const tooMany = {
  status: 'refused',
  message: `These are more than ${revocationMaximum.toLocaleString('en')} keys, the most of one bulk revoke. Narrow the filter.`,
} as const;

export async function revokeKeyAction(clientId: unknown): Promise<RevokeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  const result = parsed.success ? await revokeKey(viewer, parsed.data) : missingKey;
  if (result.status !== 'done') return refusalOf(result, missingKey);
  revalidatePages();
  return result;
}

/** What a bulk revoke would stop; asked when its question opens. It changes nothing. */
export async function reviewRevocationAction(input: unknown): Promise<ReviewRevocationState> {
  const viewer = await requireViewer();
  const parsed = selectionSchema.safeParse(input);
  if (!parsed.success) {
    const excess = parsed.error.issues.find(({ code, path }) => code === 'too_big' && path.length === 1);
    return excess ? { status: 'refused', message: excess.message } : malformed;
  }
  const result = await reviewRevocation(viewer, parsed.data);
  if (!result) return needsAdmin;
  return result.status === 'too_many' ? tooMany : result;
}

export async function startRevocationAction(input: unknown): Promise<StartRevocationState> {
  const viewer = await requireViewer();
  const parsed = startRevocationSchema.safeParse(input);
  if (!parsed.success) return malformed;
  const result = await startRevocation(viewer, parsed.data);
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'changed':
      return { status: 'changed', message: 'These keys changed since you looked. Look again, then confirm.' };
    case 'invalid':
      return { status: 'invalid', typed: result.message };
    default:
      return result;
  }
}

/** One batch. The list is shown anew only after the last one. */
export async function continueRevocationAction(input: unknown): Promise<ContinueRevocationState> {
  const viewer = await requireViewer();
  const parsed = revocationReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await continueRevocation(viewer, parsed.data.id);
  if (result.status !== 'continued') return refusalOf(result, missing);
  if (result.progress.finished) revalidatePages();
  return result;
}

/** The list, and the page of each key. */
function revalidatePages(): void {
  revalidatePath('/tenant/api-keys', 'layout');
}
