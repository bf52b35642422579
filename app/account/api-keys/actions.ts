'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import { type CreateKeyResult, createAgentKey, createKey } from '@/lib/keys/creation';
import { activateKey, deactivateKey, deleteKey, editKey } from '@/lib/keys/mutations';
import { retireSecret, rotateKey } from '@/lib/keys/rotation';
import {
  clientIdSchema,
  createAgentKeySchema,
  createKeySchema,
  editKeySchema,
  pauseSchema,
  rotateKeySchema,
} from '@/lib/keys/schema';
import type { ChangeKeyResult } from '@/lib/keys/standing';
import type { ChangeKeyState, CreateKeyState, EditKeyState, RotateKeyState } from './states';

const fields = ['name', 'description', 'expiry', 'scopes', 'biasProfileId'] as const;

export async function createKeyAction(input: unknown): Promise<CreateKeyState> {
  const viewer = await requireViewer();
  const parsed = createKeySchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  return translateCreated(await createKey(viewer, parsed.data));
}

export async function createAgentKeyAction(input: unknown): Promise<CreateKeyState> {
  const viewer = await requireViewer();
  const parsed = createAgentKeySchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  return translateCreated(await createAgentKey(viewer, parsed.data));
}

export async function rotateKeyAction(input: unknown): Promise<RotateKeyState> {
  const viewer = await requireViewer();
  const parsed = rotateKeySchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, ['overlap', 'expiry']) };
  const result = await rotateKey(viewer, parsed.data);
  switch (result.status) {
    case 'rotated':
      revalidatePages();
      return {
        ...result,
        expiresAt: result.expiresAt?.toISOString() ?? null,
        previousEndsAt: result.previousEndsAt?.toISOString() ?? null,
      };
    case 'already_rotated':
      revalidatePages();
      return result;
    case 'invalid':
      // One value per opened dialog: that it was used means that an earlier submit of this dialog got through.
      if (result.field === 'idempotencyValue') {
        revalidatePages();
        return { status: 'already_rotated' };
      }
      return { status: 'invalid', fields: { [result.field]: result.message } };
    default:
      return translateRefused(result);
  }
}

export async function editKeyAction(input: unknown): Promise<EditKeyState> {
  const viewer = await requireViewer();
  const parsed = editKeySchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  const result = await editKey(viewer, parsed.data);
  if (result.status !== 'changed') return translate(result);
  revalidatePages();
  const { expiresAt, ...texts } = result.current;
  const current = expiresAt === undefined ? texts : { ...texts, expiresAt: expiresAt?.toISOString() ?? null };
  return { status: 'changed', current };
}

export async function deactivateKeyAction(clientId: unknown, pause: unknown = 'open'): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const id = clientIdSchema.safeParse(clientId);
  const length = pauseSchema.safeParse(pause);
  if (!length.success) return { status: 'refused', message: 'Choose for how long.' };
  return translate(id.success ? await deactivateKey(viewer, id.data, length.data) : { status: 'not_found' });
}

export async function activateKeyAction(clientId: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  return translate(parsed.success ? await activateKey(viewer, parsed.data) : { status: 'not_found' });
}

export async function retireSecretAction(clientId: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  return translate(parsed.success ? await retireSecret(viewer, parsed.data) : { status: 'not_found' });
}

export async function deleteKeyAction(clientId: unknown): Promise<ChangeKeyState> {
  const viewer = await requireViewer();
  const parsed = clientIdSchema.safeParse(clientId);
  return translate(parsed.success ? await deleteKey(viewer, parsed.data) : { status: 'not_found' });
}

/** A key is shown on one of them, and banners count it on all. */
function revalidatePages(): void {
  revalidatePath('/account', 'layout');
}

async function translateCreated(result: CreateKeyResult): Promise<CreateKeyState> {
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'created':
      revalidatePages();
      return { ...result, expiresAt: result.expiresAt?.toISOString() ?? null };
    case 'already_created':
      revalidatePages();
      return { status: 'already_created' };
    case 'invalid':
      // One value per opened dialog: that it was used means that an earlier submit of this dialog got through.
      if (result.field === 'idempotencyValue') {
        revalidatePages();
        return { status: 'already_created' };
      }
      return { status: 'invalid', fields: { [result.field]: result.message } };
    case 'refused':
      revalidatePages();
      return result;
  }
}

async function translate(result: ChangeKeyResult): Promise<ChangeKeyState> {
  switch (result.status) {
    case 'done':
      revalidatePages();
      return result;
    case 'invalid':
      return { status: 'invalid', fields: { [result.field]: result.message } };
    default:
      return translateRefused(result);
  }
}

const missing = 'This key does not exist any more. Reload the page.';

function translateRefused(result: Extract<ChangeKeyResult, { status: 'signed_out' | 'not_found' | 'refused' }>) {
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    // The row stays, with what was entered in it, until the member has read the sentence and reloads.
    case 'not_found':
      return { status: 'refused' as const, message: missing };
    // The key changed elsewhere: it is not what the page shows.
    case 'refused':
      revalidatePages();
      return result;
  }
}
