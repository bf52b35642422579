'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { formRefusalOf, refusalOf } from '@/app/refusal';
import { requireViewer } from '@/lib/auth/viewer';
import { testConnection } from '@/lib/gateway/probe';
import { createProviderKey, deleteProviderKey, editProviderKey } from '@/lib/provider-keys/mutations';
import { findProviderKeyUses } from '@/lib/provider-keys/queries';
import { createProviderKeySchema, editProviderKeySchema, providerKeyReferenceSchema } from '@/lib/provider-keys/schema';
import type {
  DeleteProviderKeyState,
  ReviewProviderKeyState,
  SaveProviderKeyState,
  TestProviderKeyState,
} from './states';

const page = '/account/provider-keys';
const fields = ['name', 'value'] as const;
const missing = { status: 'refused', message: 'This provider key does not exist any more. Reload the page.' } as const;
/** All of them are asked at once, each for 10 seconds at most. */
const testsMaximum = 10;

export async function createProviderKeyAction(input: unknown): Promise<SaveProviderKeyState> {
  const viewer = await requireViewer();
  const parsed = createProviderKeySchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  const result = await createProviderKey(viewer, parsed.data);
  if (result.status !== 'created') return formRefusalOf(result, missing);
  revalidatePath(page);
  return { status: 'saved', connections: 0 };
}

export async function editProviderKeyAction(input: unknown): Promise<SaveProviderKeyState> {
  const viewer = await requireViewer();
  const parsed = editProviderKeySchema.safeParse(input);
  if (!parsed.success) return { status: 'invalid', fields: fieldMessages(parsed.error, fields) };
  const result = await editProviderKey(viewer, parsed.data);
  if (result.status !== 'done') return formRefusalOf(result, missing);
  revalidatePath(page);
  return { status: 'saved', connections: result.connections.length };
}

/** Asks the connections that send this provider key whether their upstreams take it. It changes nothing. */
export async function testProviderKeyAction(input: unknown): Promise<TestProviderKeyState> {
  const viewer = await requireViewer();
  const parsed = providerKeyReferenceSchema.safeParse(input);
  const uses = parsed.success ? await findProviderKeyUses(viewer, parsed.data.id) : null;
  if (uses === null) return missing;
  const asked = new Set(uses.filter(({ itself }) => itself).slice(0, testsMaximum));
  const connections = await Promise.all(
    uses.map(async (use) => ({
      slug: use.slug,
      name: use.name,
      test: asked.has(use) ? await testConnection(viewer.tenantId, use.slug) : null,
    })),
  );
  return { status: 'ready', connections };
}

/** Which connections deleting a provider key would concern; asked when the question opens. It changes nothing. */
export async function reviewProviderKeyAction(input: unknown): Promise<ReviewProviderKeyState> {
  const viewer = await requireViewer();
  const parsed = providerKeyReferenceSchema.safeParse(input);
  const uses = parsed.success ? await findProviderKeyUses(viewer, parsed.data.id) : null;
  return uses === null ? missing : { status: 'ready', connections: uses.map(({ name }) => name) };
}

export async function deleteProviderKeyAction(input: unknown): Promise<DeleteProviderKeyState> {
  const viewer = await requireViewer();
  const parsed = providerKeyReferenceSchema.safeParse(input);
  if (!parsed.success) return missing;
  const result = await deleteProviderKey(viewer, parsed.data);
  if (result.status !== 'deleted') return refusalOf(result, missing);
  revalidatePath(page);
  return result;
}
