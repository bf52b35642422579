'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { formRefusalOf, refusalOf } from '@/app/refusal';
import { requireViewer } from '@/lib/auth/viewer';
import { createConnection, deleteConnection, editConnection } from '@/lib/connections/mutations';
import { findConnectionToTest } from '@/lib/connections/queries';
import { connectionReferenceSchema, createConnectionSchema, editConnectionSchema } from '@/lib/connections/schema';
import { testConnection } from '@/lib/gateway/probe';
import {
  connectionFields,
  type DeleteConnectionState,
  type SaveConnectionState,
  type TestConnectionState,
} from './states';

const page = '/account/connections';
const missing = { status: 'refused', message: 'This connection does not exist any more. Reload the page.' } as const;

export async function createConnectionAction(input: unknown): Promise<SaveConnectionState> {
  const viewer = await requireViewer();
  const parsed = createConnectionSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, connectionFields) };
  const result = await createConnection(viewer, parsed.data);
  if (result.status !== 'created') return formRefusalOf(result, missing);
  revalidatePath(page);
  return { status: 'saved', id: result.id };
}

export async function editConnectionAction(input: unknown): Promise<SaveConnectionState> {
  const viewer = await requireViewer();
  const parsed = editConnectionSchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, connectionFields) };
  const result = await editConnection(viewer, parsed.data);
  switch (result.status) {
    case 'done':
      revalidatePath(page);
      return { status: 'saved', id: parsed.data.id };
    case 'changed':
      // Whoever opens it again sees what it is now.
      revalidatePath(page);
      return result;
    default:
      return formRefusalOf(result, missing);
  }
}

export async function deleteConnectionAction(input: unknown): Promise<DeleteConnectionState> {
  const viewer = await requireViewer();
  const parsed = connectionReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await deleteConnection(viewer, parsed.data.id);
  if (result.status !== 'deleted') return refusalOf(result, missing);
  revalidatePath(page);
  return result;
}

/** Asks the upstream of a connection, as it is stored, whether it answers and takes the provider key. */
export async function testConnectionAction(input: unknown): Promise<TestConnectionState> {
  const viewer = await requireViewer();
  const parsed = connectionReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const found = await findConnectionToTest(viewer, parsed.data.id);
  switch (found.status) {
    case 'ready':
      return { status: 'tested', test: await testConnection(viewer.tenantId, found.slug) };
    case 'not_found':
      return missing;
    case 'refused':
      return found;
  }
}
