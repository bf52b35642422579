'use client';

import Link from 'next/link';
import { lazy, Suspense, useState } from 'react';
import { PageSearch } from '@/components/page-search';
import { Pager } from '@/components/pager';
import { Button } from '@/components/ui/button';
import { buttonClass } from '@/components/ui/button-class';
import { PageHeading } from '@/components/ui/page-heading';
import { useOpener } from '@/components/use-opener';
import type { MembersPageView } from '@/lib/members/schema';
import { addressOf } from './member-address';
import { MemberTable } from './member-table';
import type { OpenDialog } from './open-dialog';

// The dialogs' code arrives when somebody reaches for a button that opens one.
const loadDialogs = () => import('./member-dialogs');
const MemberDialogs = lazy(loadDialogs);
const preload = { onPointerEnter: loadDialogs, onFocus: loadDialogs, onPointerDown: loadDialogs };

type MemberManagerProps = {
  view: MembersPageView;
  search: string;
  countText: string;
  tenantName: string;
  mailConfigured: boolean;
};

export function MemberManager({ view, search, countText, tenantName, mailConfigured }: MemberManagerProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const { fallback, remember, returnFocus } = useOpener<HTMLHeadingElement>(view.members);

  function open(next: OpenDialog, from: HTMLElement) {
    remember(from);
    setDialog(next);
  }

  return (
    <>
      <PageHeading
        ref={fallback}
        title="Members"
        action={
          <Button
            tone="primary"
            className="max-sm:w-full"
            {...preload}
            onClick={(event) => open({ kind: 'invite' }, event.currentTarget)}
          >
            + Invite member
          </Button>
        }
      >
        The people of <bdi>{tenantName}</bdi>. A developer with a licence creates API keys; an admin decides here who
        may. A change holds from their next click on.
      </PageHeading>
      <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
        <PageSearch
          label="Search members"
          placeholder="Search members by name or email"
          path="/tenant/members"
          search={search}
          found={countText}
          addressOf={(text) => addressOf({ search: text })}
        />
        {view.members.length > 0 ? (
          <MemberTable view={view} onOpen={open} onReach={loadDialogs} />
        ) : (
          <div className="px-5 py-14 text-center text-ink-muted">
            <p>
              No member has “<bdi className="[overflow-wrap:anywhere]">{search.trim()}</bdi>” in their name or email.
            </p>
            <Link href={addressOf({ search: '' })} prefetch={false} className={`mt-4 ${buttonClass()}`}>
              Show all members
            </Link>
          </div>
        )}
        {view.members.length > 0 && (
          <Pager
            label="Pages of members"
            note={countText}
            previous={view.before && addressOf({ search, before: view.before })}
            next={view.after && addressOf({ search, after: view.after })}
          />
        )}
      </div>
      {dialog && (
        <Suspense>
          <MemberDialogs
            dialog={dialog}
            view={view}
            mailConfigured={mailConfigured}
            onClose={() => setDialog(null)}
            onReturnFocus={returnFocus}
          />
        </Suspense>
      )}
    </>
  );
}
