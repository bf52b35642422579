import type { BiasProfileUse } from '@/lib/bias-profiles/schema';

export type OpenDialog = { kind: 'create' } | { kind: 'edit' | 'delete'; profile: BiasProfileUse };
export type Opener = (dialog: OpenDialog, from: HTMLElement) => void;
export type DialogFrame = { onClose: () => void; onReturnFocus: () => void };
