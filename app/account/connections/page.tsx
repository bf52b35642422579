import type { Metadata } from 'next';
import { refusalOf } from '@/lib/auth/permissions';
import { requireViewer } from '@/lib/auth/viewer';
import { listConnections } from '@/lib/connections/queries';
import { connectionLimitSentence, connectionsPerTenantMaximum } from '@/lib/connections/schema';
import { env } from '@/lib/env';
import { listProviderKeyChoices } from '@/lib/provider-keys/queries';
import { listScopes } from '@/lib/scopes/queries';
import { ConnectionManager } from './connection-manager';

export const metadata: Metadata = { title: 'Connections' };

export default async function ConnectionsPage() {
  const viewer = await requireViewer();
  const [connections, providerKeys, scopes] = await Promise.all([
    listConnections(viewer),
    listProviderKeyChoices(viewer),
    listScopes(viewer),
  ]);
  // The tenant's switch is about its own keys: connections can be prepared while it is off.
  const { roles, licensed } = viewer;
  const refusal = refusalOf('connections.manage', { roles, licensed, apiKeysEnabled: true });
  const isFull = connections.length >= connectionsPerTenantMaximum;
  return (
    <ConnectionManager
      connections={connections}
      choices={{ providerKeys, scopes }}
      refusal={refusal}
      createRefusal={refusal ?? (isFull ? connectionLimitSentence : null)}
      origin={env().origin}
    />
  );
}
