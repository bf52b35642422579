import type { KeyView } from '@/lib/keys/schema';
import type { BadgeTone } from './ui/badge';

/** The colour of each status of a key, wherever it is shown. */
export const statusTones: Record<KeyView['status'], BadgeTone> = {
  Active: 'good',
  Inactive: 'neutral',
  Expired: 'warn',
  Revoked: 'danger',
};
