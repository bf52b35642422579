import type { Metadata } from 'next';
import Link from 'next/link';
import { PageHeading } from '@/components/ui/page-heading';
import { Panel } from '@/components/ui/panel';
import { requireViewer } from '@/lib/auth/viewer';
import { listConnections } from '@/lib/connections/queries';
import { env } from '@/lib/env';
import { listUsableKeys } from '@/lib/keys/queries';
import { CommandPanel } from './command-panel';
import { choiceOf } from './selection';

export const metadata: Metadata = { title: 'Use your API keys' };

export default async function ConnectPage() {
  const viewer = await requireViewer();
  const [connections, keys] = await Promise.all([listConnections(viewer), listUsableKeys(viewer)]);
  return (
    <>
      <PageHeading title="Use your API keys">
        Choose what to call and with which key, and copy the command.{' '}
        <Link
          href="/docs/use-api-keys"
          prefetch={false}
          className="whitespace-nowrap rounded font-medium text-accent-text hover:underline"
        >
          How to use API keys
        </Link>
      </PageHeading>
      <Panel title="Your command">
        <CommandPanel choices={{ connections: connections.map(choiceOf), keys }} origin={env().origin} />
      </Panel>
    </>
  );
}
