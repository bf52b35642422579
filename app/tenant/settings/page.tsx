import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeading } from '@/components/ui/page-heading';
import { requireViewer } from '@/lib/auth/viewer';
import { findPolicy } from '@/lib/tenants/queries';
import { PolicyForm } from './policy-form';

export const metadata: Metadata = { title: 'Tenant settings' };

export default async function TenantSettingsPage() {
  const viewer = await requireViewer();
  const policy = await findPolicy(viewer);
  if (!policy) notFound();
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeading title="Settings">
        The rules for API keys in <bdi>{viewer.tenantName}</bdi>. They hold for everybody from the moment you save.
      </PageHeading>
      <PolicyForm policy={policy} />
    </div>
  );
}
