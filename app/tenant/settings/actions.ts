'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import { updatePolicy } from '@/lib/tenants/mutations';
import { policyChangeSchema } from '@/lib/tenants/schema';
import type { PolicyState } from './states';

export async function updatePolicyAction(input: unknown): Promise<PolicyState> {
  const viewer = await requireViewer();
  const parsed = policyChangeSchema.safeParse(input);
  if (!parsed.success) {
    const fields = fieldMessages(parsed.error, ['maximumKeysPerUser', 'maximumExpirationInDays']);
    return { status: 'invalid', fields };
  }
  const result = await updatePolicy(viewer, parsed.data);
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'saved':
      revalidatePath('/tenant/settings');
      return result;
    case 'refused':
      return result;
  }
}
