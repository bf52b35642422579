import type { Metadata } from 'next';
import { PageHeading } from '@/components/ui/page-heading';
import { Panel } from '@/components/ui/panel';
import { listSessions } from '@/lib/auth/queries';
import { passwordMinimum } from '@/lib/auth/schema';
import { requireViewer } from '@/lib/auth/viewer';
import { deviceName } from './device';
import { PasswordForm } from './password-form';
import { SessionList } from './session-list';

export const metadata: Metadata = { title: 'Security' };

export default async function SecurityPage() {
  const viewer = await requireViewer();
  const sessions = await listSessions(viewer);
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeading title="Security">How you sign in, and where you are signed in now.</PageHeading>
      <div className="space-y-6">
        {viewer.hasPassword && (
          <Panel title="Password" note="Changing it signs you out everywhere else.">
            <PasswordForm email={viewer.email} minimum={passwordMinimum} />
          </Panel>
        )}
        <Panel title="Sessions" note="Places where you are signed in. Sign out what you do not recognise.">
          <SessionList
            sessions={sessions.map(({ userAgent, ...session }) => ({ ...session, device: deviceName(userAgent) }))}
          />
        </Panel>
      </div>
    </div>
  );
}
