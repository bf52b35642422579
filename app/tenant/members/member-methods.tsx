'use client';

import { TriangleAlert } from 'lucide-react';
import { Time } from '@/components/ui/time';
import type { MemberView } from '@/lib/members/schema';
import type { Opener } from './open-dialog';

type MemberMethodsProps = { member: MemberView; onOpen: Opener; onReach: () => void };

/** How a member signs in, and whether somebody waits to be recognised as them. */
export function MemberMethods({ member, onOpen, onReach }: MemberMethodsProps) {
  const providers = [...new Set(member.identities.map((identity) => identity.provider))];
  return (
    <span className="flex min-w-0 flex-col items-start gap-1 max-lg:items-end max-lg:text-right">
      {member.hasPassword && <span>Password</span>}
      {providers.map((provider) => (
        <bdi key={provider} className="[overflow-wrap:anywhere]">
          {provider}
        </bdi>
      ))}
      {!member.hasPassword && providers.length === 0 && <Invitation member={member} />}
      {member.waitingIdentities.length > 0 && (
        <button
          type="button"
          aria-label={`Waits to be linked: sign-in methods of ${member.email}`}
          onPointerEnter={onReach}
          onFocus={onReach}
          onClick={(event) => onOpen({ kind: 'methods', member }, event.currentTarget)}
          className="inline-flex min-h-6 max-lg:min-h-9 items-center gap-1.5 whitespace-nowrap rounded-xl bg-warn-wash px-2 font-medium text-warn-text text-xs underline-offset-2 hover:underline"
        >
          <TriangleAlert aria-hidden className="size-3.5" />
          Waits to be linked
        </button>
      )}
    </span>
  );
}

function Invitation({ member }: { member: MemberView }) {
  if (member.state === 'Disabled' || !member.takesLinks) return <span className="text-ink-muted">Nothing</span>;
  if (member.linkExpiresAt === null) return <span className="text-warn-text">Invitation expired</span>;
  return (
    <span className="text-ink-muted">
      Invited, until <Time iso={member.linkExpiresAt} />
    </span>
  );
}
