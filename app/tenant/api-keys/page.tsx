import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { Banner } from '@/components/ui/banner';
import { requireViewer } from '@/lib/auth/viewer';
import { listUnfinishedRevocations } from '@/lib/revocations/queries';
import { listTenantKeys } from '@/lib/tenant-keys/queries';
import { addressOfKeys, addressWithoutSecrets, readKeyListQuery } from '@/lib/tenant-keys/schema';
import { KeyManager } from './key-manager';
import { UnfinishedRevocations } from './unfinished-revocations';
import { countText } from './words';

export const metadata: Metadata = { title: 'All API keys' };

type TenantKeysPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function TenantKeysPage({ searchParams }: TenantKeysPageProps) {
  const viewer = await requireViewer();
  const parameters = await searchParams;
  const safe = addressWithoutSecrets(parameters);
  if (safe) redirect(safe);
  const { query, unknown } = readKeyListQuery(parameters);
  const [view, unfinished] = await Promise.all([listTenantKeys(viewer, query), listUnfinishedRevocations(viewer)]);
  if (!view) notFound();
  return (
    <>
      {parameters.redacted === '1' && (
        <Banner label="Secret in the address" tone="danger">
          <p className="font-medium">The address held a client secret. It was taken out.</p>
          <p>
            Browsers and proxies keep addresses: treat the secret as leaked, and have its key rotated. Paste secrets
            into the search field instead.
          </p>
        </Banner>
      )}
      {unknown.length > 0 && (
        <Banner label="Unknown filter" tone="warn">
          <p>
            The address asks for something that this page does not know ({unknown.join(', ')}). It was left out.{' '}
            <a href={addressOfKeys({})} className="font-medium underline underline-offset-2">
              Show all keys
            </a>
          </p>
        </Banner>
      )}
      <UnfinishedRevocations revocations={unfinished} />
      <KeyManager view={view} query={query} countText={countText(view, query)} tenantName={viewer.tenantName} />
    </>
  );
}
