import type { Metadata } from 'next';
import { requireViewer } from '@/lib/auth/viewer';
import { getProviderKeyPage } from '@/lib/provider-keys/queries';
import { ProviderKeyManager } from './provider-key-manager';

export const metadata: Metadata = { title: 'Provider keys' };

export default async function ProviderKeysPage() {
  const viewer = await requireViewer();
  return <ProviderKeyManager view={await getProviderKeyPage(viewer)} />;
}
