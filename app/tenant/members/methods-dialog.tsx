'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { useSubmission } from '@/components/use-submission';
import type { IdentityView, MembersPageView, MemberView } from '@/lib/members/schema';
import { linkIdentityAction, unlinkIdentityAction } from './actions';
import { LinkIdentityForm } from './link-identity-form';
import { MethodsList } from './methods-list';
import type { DialogFrame } from './open-dialog';

type MethodsDialogProps = DialogFrame & { member: MemberView; providers: MembersPageView['providers'] };
/** What the admin is asked about: a step inside the one dialog, since two would share one Escape key. */
type Question = { kind: 'link' | 'unlink'; identity: IdentityView };

export function MethodsDialog({ member, providers, onClose, onReturnFocus }: MethodsDialogProps) {
  const [question, setQuestion] = useState<Question | null>(null);
  const { pending, refusal, submit } = useSubmission(async ({ kind, identity }: Question) => {
    const { issuer, subject } = identity;
    const action = kind === 'link' ? linkIdentityAction : unlinkIdentityAction;
    const result = await action({ memberId: member.id, issuer, subject });
    if (result.status === 'done') {
      notify(kind === 'link' ? 'Identity linked' : 'Identity unlinked');
      setQuestion(null);
    }
    if (result.status !== 'invalid') return result;
    // Chosen, not typed: there is no field beside which to say it.
    return { status: 'refused', message: Object.values(result.fields).join(' ') } as const;
  });
  if (question) {
    const { kind, identity } = question;
    const back = () => !pending && setQuestion(null);
    return (
      <Dialog
        alert
        title={kind === 'link' ? 'Link this identity?' : 'Unlink this identity?'}
        description={kind === 'link' ? linkWarning(member.email) : unlinkWarning(member)}
        onClose={back}
        onReturnFocus={onReturnFocus}
      >
        <DialogBody>
          <IdentitySummary identity={identity} />
          {refusal && <FormMessage>{refusal}</FormMessage>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={back}>Cancel</Button>
          <Button tone={kind === 'link' ? 'primary' : 'danger'} pending={pending} onClick={() => submit(question)}>
            {kind === 'link' ? 'Link' : 'Unlink'}
          </Button>
        </DialogFooter>
      </Dialog>
    );
  }
  return (
    <Dialog
      wide
      title="Sign-in methods"
      description={
        <>
          How <bdi className="font-medium text-ink">{member.email}</bdi> proves who they are.
        </>
      }
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        <MethodsList member={member} onAsk={(kind, identity) => setQuestion({ kind, identity })} />
        <LinkIdentityForm member={member} providers={providers} />
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Close</Button>
      </DialogFooter>
    </Dialog>
  );
}

function linkWarning(email: string): string {
  return `Whoever signs in with it becomes ${email}: their keys, their roles, everything. Link it only if you know that it is the same person; the email it shows proves nothing.`;
}

function unlinkWarning(member: MemberView): string {
  const left = member.hasPassword || member.identities.length > 1;
  const rest = left ? 'Their other sign-in methods stay.' : 'Nothing is left then to sign in with.';
  return `${member.email} is signed out everywhere and cannot sign in with it any more. ${rest}`;
}

function IdentitySummary({ identity }: { identity: IdentityView }) {
  const lines = [
    ['Provider', identity.provider],
    ['Subject', identity.subject],
    ['Name it said', identity.name || '—'],
    ['Email it said', identity.email || '—'],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-lg border border-line bg-canvas px-4 py-3">
      {lines.map(([term, value]) => (
        <div key={term} className="contents">
          <dt className="text-ink-muted">{term}</dt>
          <dd className="break-words text-right font-medium [overflow-wrap:anywhere]">
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
