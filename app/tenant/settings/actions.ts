'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import { updatePolicy } from '@/lib/tenants/mutations';
import { policySchema } from '@/lib/tenants/schema';
import type { PolicyState } from './states';

export async function updatePolicyAction(form: FormData): Promise<PolicyState> {
  const viewer = await requireViewer();
  const parsed = policySchema.safeParse(form instanceof FormData ? policyOf(form) : form);
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

function policyOf(form: FormData) {
  return {
    apiKeysEnabled: form.has('apiKeysEnabled'),
    maximumKeysPerUser: form.get('maximumKeysPerUser'),
    maximumExpirationInDays: form.get('maximumExpirationInDays'),
    deactivateBeforeDelete: form.has('deactivateBeforeDelete'),
  };
}
