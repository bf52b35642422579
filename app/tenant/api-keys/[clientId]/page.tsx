import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { ClientId } from '@/components/client-id';
import { statusTones } from '@/components/status-tones';
import { Badge } from '@/components/ui/badge';
import { PageHeading } from '@/components/ui/page-heading';
import { Panel } from '@/components/ui/panel';
import { Time } from '@/components/ui/time';
import { UsageAlertBadge } from '@/components/usage-alert-badge';
import { listEvents } from '@/lib/audit/queries';
import { requireViewer } from '@/lib/auth/viewer';
import { findTenantKey } from '@/lib/tenant-keys/details';
import type { TenantKeyDetails } from '@/lib/tenant-keys/schema';
import { hintTones } from '../words';
import { KeyUsage } from './key-usage';
import { RecentEvents } from './recent-events';
import { RevokeButton } from './revoke-button';

type TenantKeyPageProps = { params: Promise<{ clientId: string }> };

export const metadata: Metadata = { title: 'API key' };

export default async function TenantKeyPage({ params }: TenantKeyPageProps) {
  const viewer = await requireViewer();
  const key = await findTenantKey(viewer, (await params).clientId);
  if (!key) notFound();
  const log = await listEvents(viewer, { action: null, actor: null, key: key.clientId, from: null, to: null }, {});
  return (
    <>
      <p className="mb-3 text-xs">
        <Link
          href="/tenant/api-keys"
          prefetch={false}
          className="rounded-sm text-ink-muted underline decoration-line-strong underline-offset-2 hover:text-ink"
        >
          All API keys
        </Link>
      </p>
      <PageHeading title={key.name} action={key.revocable && <RevokeButton clientId={key.clientId} name={key.name} />}>
        {key.description !== '' && <bdi>{key.description}</bdi>}
      </PageHeading>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
        <Panel title="Key">
          <Facts item={key} />
        </Panel>
        <div className="grid gap-6">
          <Panel title="Last 30 days" note="Requests by day (UTC). The latest may be a few seconds late.">
            <KeyUsage item={key} />
          </Panel>
          <Panel title="Recent events">
            <RecentEvents clientId={key.clientId} events={log?.events ?? []} now={key.now} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Facts({ item }: { item: TenantKeyDetails }) {
  return (
    <dl className="divide-y divide-line px-5 max-sm:px-4">
      <Fact title="Status">
        <span className="flex flex-wrap gap-1">
          <Badge tone={statusTones[item.status]} dot>
            {item.status}
          </Badge>
          {item.hints.map((hint) => (
            <Badge key={hint} tone={hintTones[hint]}>
              {hint}
            </Badge>
          ))}
          {item.usageAlert && <UsageAlertBadge alert={item.usageAlert} />}
        </span>
      </Fact>
      <Fact title="Client ID">
        <ClientId clientId={item.clientId} className="break-all" buttonClass="-my-2 -mr-2" />
      </Fact>
      <Fact title="Secret">
        <code className="font-mono text-xs">
          {item.mask.firstFour}••••••••{item.mask.lastFour}
        </code>
      </Fact>
      <Fact title="Owner">
        {item.owner === null ? 'The tenant (agent key)' : <bdi className="[overflow-wrap:anywhere]">{item.owner}</bdi>}
      </Fact>
      {item.createdBy !== item.owner && (
        <Fact title="Created by">
          <bdi className="[overflow-wrap:anywhere]">{item.createdBy ?? 'Nobody'}</bdi>
        </Fact>
      )}
      <Fact title="Created">
        <Time iso={item.createdAt} precise />
      </Fact>
      <Fact title="Updated">
        <Time iso={item.updatedAt} precise />
      </Fact>
      <Fact title="Expires">{item.expiresAt ? <Time iso={item.expiresAt} precise /> : 'Never'}</Fact>
      {item.revokedAt && (
        <Fact title="Revoked">
          <Time iso={item.revokedAt} precise />
        </Fact>
      )}
      <Fact title="Last used">{item.lastUsedAt ? <Time iso={item.lastUsedAt} precise /> : 'Never used'}</Fact>
      <Fact title="Bias profile">{item.biasProfile === null ? 'None' : <bdi>{item.biasProfile}</bdi>}</Fact>
      <Fact title="Scopes">
        {item.scopes.length === 0 ? (
          'None'
        ) : (
          <ul className="flex flex-wrap gap-1">
            {item.scopes.map((scope) => (
              <li key={scope} className="break-all rounded bg-sunken px-1.5 font-mono text-xs leading-5">
                {scope}
              </li>
            ))}
          </ul>
        )}
      </Fact>
    </dl>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-h-10 items-center justify-between gap-4 py-2">
      <dt className="shrink-0 text-ink-muted">{title}</dt>
      <dd className="min-w-0 text-right">{children}</dd>
    </div>
  );
}
