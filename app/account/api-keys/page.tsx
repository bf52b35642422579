import type { Metadata } from 'next';
import { requireViewer } from '@/lib/auth/viewer';
import { env } from '@/lib/env';
import { getKeyPage } from '@/lib/keys/queries';
import { descriptionMaximum, nameMaximum } from '@/lib/keys/schema';
import { KeyManager } from './key-manager';

export const metadata: Metadata = { title: 'API keys' };

export default async function ApiKeysPage() {
  const viewer = await requireViewer();
  const view = await getKeyPage(viewer);
  return (
    <KeyManager view={view} origin={env().origin} limits={{ name: nameMaximum, description: descriptionMaximum }} />
  );
}
