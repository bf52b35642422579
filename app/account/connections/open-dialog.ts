import type { ConnectionView } from '@/lib/connections/schema';
import type { ProviderKeyChoice } from '@/lib/provider-keys/schema';
import type { ScopeView } from '@/lib/scopes/schema';

export type OpenDialog = { kind: 'create' } | { kind: 'edit' | 'delete' | 'test'; connection: ConnectionView };
export type Opener = (dialog: OpenDialog, from: HTMLElement) => void;
export type DialogFrame = { onClose: () => void; onReturnFocus: () => void };

/** What a connection can be given. */
export type Choices = { providerKeys: ProviderKeyChoice[]; scopes: ScopeView[] };
