'use client';

import { Fingerprint, KeyRound, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import type { IdentityView, MemberView } from '@/lib/members/schema';

type MethodsListProps = { member: MemberView; onAsk: (kind: 'link' | 'unlink', identity: IdentityView) => void };

/** What a member signs in with now, and what waits for an admin to say that it is theirs. */
export function MethodsList({ member, onAsk }: MethodsListProps) {
  return (
    <>
      <ul aria-label="Sign-in methods" className="divide-y divide-line rounded-lg border border-line">
        <Line icon={KeyRound} title="Password" note={passwordNote(member)} />
        {member.identities.map((identity) => (
          <Line
            key={`${identity.issuer} ${identity.subject}`}
            icon={Fingerprint}
            title={<bdi>{identity.provider}</bdi>}
            note={<IdentityNote identity={identity} />}
            action={
              <Button aria-label={`Unlink ${identity.subject}`} onClick={() => onAsk('unlink', identity)}>
                Unlink
              </Button>
            }
          />
        ))}
      </ul>
      {member.waitingIdentities.length > 0 && (
        <section aria-label="Waits to be linked" className="rounded-lg border border-line">
          <p className="flex gap-2 rounded-t-lg bg-warn-wash px-4 py-2.5 text-warn-text">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            <span>
              Somebody signed in through SSO with this member’s email and was turned away: an email proves nothing.
              Whoever signs in with an identity you link becomes this member.
            </span>
          </p>
          <ul className="divide-y divide-line">
            {member.waitingIdentities.map((identity) => (
              <Line
                key={`${identity.issuer} ${identity.subject}`}
                icon={Fingerprint}
                title={
                  <>
                    <bdi>{identity.provider}</bdi> <Badge tone="warn">Waits to be linked</Badge>
                  </>
                }
                note={<IdentityNote identity={identity} />}
                action={
                  <Button aria-label={`Link ${identity.subject}`} onClick={() => onAsk('link', identity)}>
                    Link
                  </Button>
                }
              />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function passwordNote(member: MemberView): string {
  if (member.hasPassword) return 'Is set.';
  if (member.linkExpiresAt !== null) return 'Not chosen yet: an invitation is open.';
  return 'None.';
}

function IdentityNote({ identity }: { identity: IdentityView }) {
  const said = [identity.name, identity.email].filter(Boolean).join(', ');
  return (
    <>
      <code className="font-mono text-xs">{identity.subject}</code>
      <br />
      {said ? (
        <>
          says it is <bdi>{said}</bdi>
        </>
      ) : (
        'has not signed in yet'
      )}
    </>
  );
}

type LineProps = { icon: LucideIcon; title: ReactNode; note: ReactNode; action?: ReactNode };

function Line({ icon: Icon, title, note, action }: LineProps) {
  return (
    <li className="flex items-center gap-3 px-4 py-3 max-sm:flex-wrap">
      <Icon aria-hidden className="size-4.5 shrink-0 self-start text-ink-faint max-sm:mt-0.5" />
      <div className="min-w-0 flex-1">
        <p className="font-medium [overflow-wrap:anywhere]">{title}</p>
        <p className="text-ink-muted text-xs leading-5 [overflow-wrap:anywhere]">{note}</p>
      </div>
      {action}
    </li>
  );
}
