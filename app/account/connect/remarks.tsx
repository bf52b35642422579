import { TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { missingScopes, type Selection } from './selection';

/** Why the command will be refused as things are. */
export function Remarks({ selection }: { selection: Selection }) {
  const { connection, key } = selection;
  const missing = missingScopes(selection);
  if (!connection || !key || (missing.length === 0 && connection.ready)) return null;
  const keyPage = key.kind === 'personal' ? '/account/api-keys' : '/account/agent-keys';
  return (
    <div className="mb-6 space-y-2">
      {missing.length > 0 && (
        <Remark>
          <bdi>{key.name}</bdi> lacks {missing.length === 1 ? 'the scope' : 'the scopes'}{' '}
          {missing.map((scope, index) => (
            <span key={scope}>
              {index > 0 && (index === missing.length - 1 ? ' and ' : ', ')}
              <code className="break-all font-mono text-xs">{scope}</code>
            </span>
          ))}
          , which <bdi>{connection.name}</bdi> demands.{' '}
          <Link
            href={keyPage}
            prefetch={false}
            className="whitespace-nowrap rounded font-medium underline underline-offset-2"
          >
            Edit the key
          </Link>
        </Remark>
      )}
      {!connection.ready && (
        <Remark>
          <bdi>{connection.name}</bdi> has no provider key, so nothing can be called through it yet.{' '}
          <Link
            href="/account/connections"
            prefetch={false}
            className="whitespace-nowrap rounded font-medium underline underline-offset-2"
          >
            Edit the connection
          </Link>
        </Remark>
      )}
    </div>
  );
}

function Remark({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex gap-2 rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 [overflow-wrap:anywhere]">{children}</span>
    </p>
  );
}
