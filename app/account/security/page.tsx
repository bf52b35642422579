import type { Metadata } from 'next';
import { PageHeading } from '@/components/ui/page-heading';
import { Panel } from '@/components/ui/panel';
import { listIssuers, listSessions, type Viewer } from '@/lib/auth/queries';
import { passwordMinimum } from '@/lib/auth/schema';
import { requireViewer } from '@/lib/auth/viewer';
import { env } from '@/lib/env';
import { deviceName } from './device';
import { PasswordForm } from './password-form';
import { SessionList } from './session-list';
import { SignOutEverywhere } from './sign-out-everywhere';

export const metadata: Metadata = { title: 'Security' };

export default async function SecurityPage() {
  const viewer = await requireViewer();
  const [sessions, providers] = await Promise.all([listSessions(viewer), providerNames(viewer)]);
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeading title="Security">How you sign in, and where you are signed in now.</PageHeading>
      <div className="space-y-6">
        {viewer.hasPassword && (
          <Panel title="Password" note="Changing it signs you out everywhere else.">
            <PasswordForm email={viewer.email} minimum={passwordMinimum} />
          </Panel>
        )}
        {providers.length > 0 && (
          <Panel title="Single sign-on">
            <p className="px-5 py-4 max-sm:px-4">
              You sign in with <bdi>{new Intl.ListFormat('en', { type: 'disjunction' }).format(providers)}</bdi>
              {viewer.hasPassword ? ', too.' : '. Latchkey has no password of yours.'}
            </p>
          </Panel>
        )}
        <Panel title="Sessions" note="Places where you are signed in. Sign out what you do not recognise.">
          <SessionList
            sessions={sessions.map(({ userAgent, ...session }) => ({ ...session, device: deviceName(userAgent) }))}
          />
          <SignOutEverywhere />
        </Panel>
      </div>
    </div>
  );
}

/** By their labels; a provider that is not configured any more, by its address. */
async function providerNames(viewer: Viewer): Promise<string[]> {
  const { identityProviders } = env();
  const issuers = await listIssuers(viewer);
  const labels = issuers.map(
    (issuer) => identityProviders.find((provider) => provider.issuer === issuer)?.label ?? issuer,
  );
  return [...new Set(labels)];
}
