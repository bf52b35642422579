'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import { activateKey, type ChangeKeyResult, createKey, deactivateKey, deleteKey, editKey } from '@/lib/keys/mutations';
import { clientIdSchema, createKeySchema, editKeySchema } from '@/lib/keys/schema';
import type { ChangeKeyState, CreateKeyState } from './states';

const page = '/account/api-keys';

export async function createKeyAction(input: unknown): Promise<CreateKeyState> {
  const viewer = await requireViewer();
  const parsed = createKeySchema.safeParse(input);
  if (!parsed.success) {
    return { status: 'invalid', fields: fieldMessages(parsed.error, ['name', 'description', 'expiry', 'scopes']) };
  }
  const result = await createKey(viewer, parsed.data);
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'created':
      revalidatePath(page);
      return { ...result, expiresAt: result.expiresAt?.toISOString() ?? null };
    case 'already_created':
      revalidatePath(page);
      return { status: 'already_created' };
    case 'invalid':
      // One value per opened dialog: that it was used means that an earlier submit of this dialog got through.
      if (result.field === 'idempotencyValue') {
        revalidatePath(page);
        return { status: 'already_created' };
      }
      return { status: 'invalid', fields: { [result.field]: result.message } };
    case 'refused':
      revalidatePath(page);
      return result;
  }
}

export async function editKeyAction(input: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = editKeySchema.safeParse(input);
  if (!parsed.success) {
    return { status: 'invalid', fields: fieldMessages(parsed.error, ['name', 'description', 'scopes']) };
  }
  return translate(await editKey(viewer, parsed.data));
}

export async function deactivateKeyAction(clientId: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  return translate(parsed.success ? await deactivateKey(viewer, parsed.data) : { status: 'not_found' });
}

export async function activateKeyAction(clientId: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  return translate(parsed.success ? await activateKey(viewer, parsed.data) : { status: 'not_found' });
}

export async function deleteKeyAction(clientId: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  return translate(parsed.success ? await deleteKey(viewer, parsed.data) : { status: 'not_found' });
}

const missing = 'This key does not exist any more. Reload the page.';

async function translate(result: ChangeKeyResult): Promise<ChangeKeyState> {
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'done':
      revalidatePath(page);
      return result;
    // The row stays, with what was entered in it, until the member has read the sentence and reloads.
    case 'not_found':
      return { status: 'refused', message: missing };
    // The key changed elsewhere: it is not what the page shows.
    case 'refused':
      revalidatePath(page);
      return result;
    case 'invalid':
      return { status: 'invalid', fields: { [result.field]: result.message } };
  }
}
