import type { Metadata } from 'next';
import { requireViewer } from '@/lib/auth/viewer';
import { env } from '@/lib/env';
import { getAgentKeyPage } from '@/lib/keys/queries';
import { descriptionMaximum, nameMaximum } from '@/lib/keys/schema';
import { KeyManager } from '../api-keys/key-manager';

export const metadata: Metadata = { title: 'Agent keys' };

/** The tenant's own keys. They are managed like a member's, so the two pages share what they show. */
export default async function AgentKeysPage() {
  const viewer = await requireViewer();
  const view = await getAgentKeyPage(viewer);
  return (
    <KeyManager view={view} origin={env().origin} limits={{ name: nameMaximum, description: descriptionMaximum }} />
  );
}
