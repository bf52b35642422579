import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { requireViewer } from '@/lib/auth/viewer';
import { findBiasProfileUses } from '@/lib/bias-profiles/queries';
import { BiasProfileManager } from './bias-profile-manager';

export const metadata: Metadata = { title: 'Bias profiles' };

export default async function BiasProfilesPage() {
  const viewer = await requireViewer();
  const profiles = await findBiasProfileUses(viewer);
  if (!profiles) notFound();
  return <BiasProfileManager profiles={profiles} />;
}
