import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { PageHeading } from '@/components/ui/page-heading';
import { requireViewer } from '@/lib/auth/viewer';
import { findScopeUses } from '@/lib/scopes/queries';
import { findPolicy } from '@/lib/tenants/queries';
import { PolicyForm } from './policy-form';
import { ScopePanel } from './scope-panel';

export const metadata: Metadata = { title: 'Tenant settings' };

export default async function TenantSettingsPage() {
  const viewer = await requireViewer();
  const [policy, scopes] = await Promise.all([findPolicy(viewer), findScopeUses(viewer)]);
  if (!policy || !scopes) notFound();
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeading title="Settings">
        The rules for API keys in <bdi>{viewer.tenantName}</bdi>. They hold for everybody from the moment you save.
      </PageHeading>
      <PolicyForm policy={policy} />
      <div className="mt-10">
        <ScopePanel scopes={scopes} />
      </div>
    </div>
  );
}
