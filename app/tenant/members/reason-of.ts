import { unstable_rethrow } from 'next/navigation';
import { unreachableMessage } from '@/components/use-submission';
import type { ChangeMemberState } from './states';

/** Why a change was not made, or may not have been; null when it was. */
export async function reasonOf(change: Promise<ChangeMemberState>): Promise<string | null> {
  try {
    const result = await change;
    return result.status === 'refused' ? result.message : null;
  } catch (error) {
    // Redirects are thrown, too.
    unstable_rethrow(error);
    return unreachableMessage;
  }
}
