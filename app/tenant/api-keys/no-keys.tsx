import Link from 'next/link';
import { buttonClass } from '@/components/ui/button-class';
import { addressOfKeys, type KeyListQuery } from '@/lib/tenant-keys/schema';

/** Nothing to list, and why. */
export function NoKeys({ query }: { query: KeyListQuery }) {
  const search = query.search.trim();
  if (!search && !query.status && !query.risk) {
    return (
      <div className="px-5 py-14 text-center">
        <p className="font-medium">No API keys yet</p>
        <p className="mx-auto mt-1 max-w-md text-ink-muted">
          Keys that your members create, and the agent keys of your tenant, are listed here.
        </p>
      </div>
    );
  }
  const short = search.length > 0 && search.length < 3;
  return (
    <div className="px-5 py-14 text-center text-ink-muted">
      <p>
        {search ? (
          <>
            No key {query.status || query.risk ? 'of this kind ' : ''}has “
            <bdi className="[overflow-wrap:anywhere]">{search}</bdi>”{' '}
            {short ? 'at the beginning of its name or owner.' : 'in its name, client ID or owner.'}
          </>
        ) : (
          'No key is of this kind.'
        )}
      </p>
      <Link href={addressOfKeys({})} prefetch={false} className={`mt-4 ${buttonClass()}`}>
        Show all keys
      </Link>
    </div>
  );
}
