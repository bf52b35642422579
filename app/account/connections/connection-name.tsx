'use client';

import Link from 'next/link';
import { CopyButton } from '@/components/ui/copy-button';
import { selectText } from '@/components/ui/select-text';
import type { ConnectionView } from '@/lib/connections/schema';
import { pathOf } from './words';

/** The name, which leads to the connection's own page, and its address, which a client needs whole. */
export function ConnectionName({ connection, origin }: { connection: ConnectionView; origin: string }) {
  const { name, slug } = connection;
  const path = pathOf(slug);
  return (
    <>
      <Link
        href={`/account/connections/${slug}`}
        prefetch={false}
        className="rounded font-medium text-ink underline-offset-2 [overflow-wrap:anywhere] hover:underline"
      >
        <bdi>{name}</bdi>
      </Link>
      <span className="flex min-w-0 items-center gap-0.5">
        <code id={`path-${slug}`} className="font-mono text-ink-muted text-xs [overflow-wrap:anywhere]">
          {path}
        </code>
        <CopyButton
          label={`Copy URL of ${name}`}
          hint="Copy URL"
          done="URL copied"
          text={`${origin}${path}`}
          className="lg:-my-1"
          onFailed={() => selectText(`path-${slug}`)}
        />
      </span>
    </>
  );
}
