import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { signOutAction } from '@/app/sign-in/actions';
import { Shell } from '@/components/shell/shell';
import { requireViewer } from '@/lib/auth/viewer';
import { LeakBanner } from './leak-banner';

const sections = [
  { label: 'Settings', href: '/tenant/settings' },
  { label: 'Members', href: '/tenant/members' },
  { label: 'Bias profiles', href: '/tenant/bias-profiles' },
  { label: 'API keys', href: '/tenant/api-keys' },
  { label: 'Events', href: '/tenant/events' },
];

export default async function TenantLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  const { name, email, roles, tenantName } = viewer;
  if (!roles.includes('admin')) notFound();
  return (
    <Shell
      person={{ name, email, admin: true }}
      tenantName={tenantName}
      area="Tenant settings"
      sections={sections}
      signOut={signOutAction}
    >
      <LeakBanner viewer={viewer} />
      {children}
    </Shell>
  );
}
