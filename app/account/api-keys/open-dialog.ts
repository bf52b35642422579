import type { KeyView } from '@/lib/keys/schema';

/** The one dialog that is open, with the key it is about. */
export type OpenDialog =
  | { kind: 'create' | 'default' }
  | { kind: 'edit' | 'deactivate' | 'activate' | 'rotate' | 'retire' | 'delete'; key: KeyView };

/** What every dialog is given. */
export type DialogFrame = { onClose: () => void; onReturnFocus: () => void };

/** Puts another dialog into the place of this one. */
export type SwitchDialog = (dialog: OpenDialog) => void;

/** The longest texts of a key, in characters. */
export type TextLimits = { name: number; description: number };
