import type { KeyView } from '@/lib/keys/schema';

/** The one dialog that is open, with the key it is about. */
export type OpenDialog = { kind: 'create' } | { kind: 'edit' | 'deactivate' | 'activate' | 'delete'; key: KeyView };

/** What every dialog is given. */
export type DialogFrame = { onClose: () => void; onReturnFocus: () => void };

/** The longest texts of a key, in characters. */
export type TextLimits = { name: number; description: number };
