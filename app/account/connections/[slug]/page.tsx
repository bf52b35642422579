import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { CommandPanel } from '@/app/account/connect/command-panel';
import { choiceOf } from '@/app/account/connect/selection';
import { PageHeading } from '@/components/ui/page-heading';
import { Panel } from '@/components/ui/panel';
import { requireViewer } from '@/lib/auth/viewer';
import { findConnection } from '@/lib/connections/queries';
import { env } from '@/lib/env';
import { listUsableKeys } from '@/lib/keys/queries';
import { ConnectionFacts } from './connection-facts';

type ConnectionPageProps = { params: Promise<{ slug: string }> };

export const metadata: Metadata = { title: 'Connection' };

/** One connection, for every member: what it leads to, and how to call it. */
export default async function ConnectionPage({ params }: ConnectionPageProps) {
  const viewer = await requireViewer();
  const { slug } = await params;
  const [connection, keys] = await Promise.all([findConnection(viewer, slug), listUsableKeys(viewer)]);
  if (!connection) notFound();
  const { origin } = env();
  const choice = choiceOf(connection);
  return (
    <>
      <p className="mb-3 text-xs">
        <Link
          href="/account/connections"
          prefetch={false}
          className="rounded-sm text-ink-muted underline decoration-line-strong underline-offset-2 hover:text-ink"
        >
          Connections
        </Link>
      </p>
      <PageHeading title={connection.name} />
      <div className="grid gap-6">
        <Panel title="Connection">
          <ConnectionFacts connection={connection} origin={origin} />
        </Panel>
        <Panel title="Call it">
          <CommandPanel choices={{ connections: [choice], keys }} origin={origin} fixed={choice} />
        </Panel>
      </div>
    </>
  );
}
