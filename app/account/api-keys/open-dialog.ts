import type { KeyView } from '@/lib/keys/schema';

/** The one dialog that is open, with the key it is about. */
export type OpenDialog = { kind: 'create' } | { kind: 'edit' | 'deactivate' | 'activate' | 'delete'; key: KeyView };
