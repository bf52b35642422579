'use client';

import { type ReactNode, useId } from 'react';
import { Fact } from '@/app/account/api-keys/key-summary';
import type { RevocationReview } from '@/lib/revocations/schema';
import { countText, totalText } from '@/lib/usage/schema';

/** How many owners are named before the rest is only counted. */
const namedOwners = 3;

/** What a bulk revoke would stop. */
export function RevocationPreview({ review }: { review: RevocationReview }) {
  const { count, agentKeys, ownerCount, traffic, keys, excluded } = review;
  return (
    <>
      {count > 0 ? (
        <>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-lg border border-line bg-canvas px-4 py-3">
            <Fact title="Keys">
              {keysText(count, 'key')}
              {agentKeys > 0 && `, ${keysText(agentKeys, 'agent key')}`}
            </Fact>
            {ownerCount > 0 && (
              <Fact title={ownerCount === 1 ? 'Owner' : 'Owners'}>
                <Owners review={review} />
              </Fact>
            )}
            <Fact title="Last 7 days">{totalText(traffic, '')}</Fact>
            <Fact title="Callers">{countText(traffic.callers)}</Fact>
          </dl>
          <List title={count > keys.length ? 'The busiest of them' : 'Requests of the last 7 days'}>
            {keys.map((key) => (
              <Line key={key.clientId} {...key} beside={countText(key.requests)} below={key.owner ?? 'Agent key'} />
            ))}
          </List>
        </>
      ) : (
        <p>None of these keys can be revoked.</p>
      )}
      {excluded.length > 0 && (
        <List title={excluded.length === 1 ? '1 key is left out' : `${countText(excluded.length)} keys are left out`}>
          {excluded.map(({ clientId, name, because }) => (
            <Line key={clientId} name={name ?? clientId} beside={reasons[because]} below={name ? clientId : null} />
          ))}
        </List>
      )}
    </>
  );
}

const reasons = { Revoked: 'Revoked already', Expired: 'Expired', not_found: 'Does not exist' };

const keysText = (count: number, noun: string) => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

function Owners({ review: { owners, ownerCount } }: { review: RevocationReview }) {
  const named = owners.slice(0, namedOwners);
  return (
    <>
      {named.map(({ email, keys }) => (
        <span key={email} className="block [overflow-wrap:anywhere]">
          <bdi>{email}</bdi> <span className="text-ink-muted tabular-nums">({countText(keys)})</span>
        </span>
      ))}
      {ownerCount > named.length && (
        <span className="block text-ink-muted">and {countText(ownerCount - named.length)} more</span>
      )}
    </>
  );
}

function List({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no wheel scrolls it with the arrow keys
    <section aria-labelledby={id} tabIndex={0} className="max-h-52 overflow-y-auto rounded-lg border border-line">
      <p id={id} className="sticky top-0 border-line border-b bg-raised px-4 py-1.5 text-ink-muted text-xs leading-4">
        {title}
      </p>
      <ul className="divide-y divide-line">{children}</ul>
    </section>
  );
}

function Line({ name, beside, below }: { name: string; beside: string; below: string | null }) {
  return (
    <li className="flex justify-between gap-4 px-4 py-1.5">
      <span className="min-w-0">
        <bdi className="block font-medium [overflow-wrap:anywhere]">{name}</bdi>
        {below && <bdi className="block text-ink-muted text-xs leading-5 [overflow-wrap:anywhere]">{below}</bdi>}
      </span>
      <span className="shrink-0 tabular-nums">{beside}</span>
    </li>
  );
}
