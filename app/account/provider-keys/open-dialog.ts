import type { ProviderKeyView } from '@/lib/provider-keys/schema';

export type OpenDialog = { kind: 'create' } | { kind: 'edit' | 'delete'; providerKey: ProviderKeyView };
export type Opener = (dialog: OpenDialog, from: HTMLElement) => void;
export type DialogFrame = { onClose: () => void; onReturnFocus: () => void };
