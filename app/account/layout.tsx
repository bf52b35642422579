import type { ReactNode } from 'react';
import { signOutAction } from '@/app/sign-in/actions';
import { Shell } from '@/components/shell/shell';
import { requireViewer } from '@/lib/auth/viewer';
import { ExpiryBanner } from './expiry-banner';

const sections = [
  { label: 'API keys', href: '/account/api-keys' },
  { label: 'Agent keys', href: '/account/agent-keys' },
  { label: 'Provider keys', href: '/account/provider-keys' },
  { label: 'Connections', href: '/account/connections' },
  { label: 'Use your API keys', href: '/account/connect' },
  { label: 'Security', href: '/account/security' },
];

export default async function AccountLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  const { name, email, roles, tenantName } = viewer;
  return (
    <Shell
      person={{ name, email, admin: roles.includes('admin') }}
      tenantName={tenantName}
      area="Account settings"
      sections={sections}
      signOut={signOutAction}
    >
      <ExpiryBanner viewer={viewer} />
      {children}
    </Shell>
  );
}
