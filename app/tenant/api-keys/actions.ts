'use server';

import { z } from 'zod';
import { requireViewer } from '@/lib/auth/viewer';
import { findKeyBySecret } from '@/lib/tenant-keys/details';
import type { SecretSearch } from '@/lib/tenant-keys/schema';

const pasted = z.string().max(10_000);

/** Finds the key of a pasted secret. It comes in the body of a POST and is not sent back. */
export async function findKeyBySecretAction(input: unknown): Promise<SecretSearch> {
  const viewer = await requireViewer();
  const parsed = pasted.safeParse(input);
  if (!parsed.success) return { status: 'malformed' };
  return (await findKeyBySecret(viewer, parsed.data)) ?? { status: 'not_found' };
}
