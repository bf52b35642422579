'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { useForgetting } from '@/components/use-forgetting';
import { useSubmission } from '@/components/use-submission';
import type { MemberView } from '@/lib/members/schema';
import { issueLinkAction } from './actions';
import { LinkStep, linkTitle } from './link-step';
import { type DialogFrame, linkPurposeOf } from './open-dialog';
import type { NewLink } from './states';

type LinkDialogProps = DialogFrame & { member: MemberView; mailConfigured: boolean };

/** Another invitation, or a password reset: first what it does, then where the link went. */
export function LinkDialog({ member, mailConfigured, onClose, onReturnFocus }: LinkDialogProps) {
  const [link, setLink] = useState<NewLink | null>(null);
  const { pending, refusal, submit } = useSubmission(async () => {
    const result = await issueLinkAction({ memberId: member.id });
    if (result.status === 'refused') return result;
    setLink(result.link);
    // What is kept of the answer is that it came, not the link in it.
    return { status: 'handed_over' } as const;
  });
  useForgetting(link !== null, onClose);
  const frame = { onClose, onReturnFocus };
  if (link) {
    return (
      <Dialog title={linkTitle(link)} {...frame}>
        <LinkStep link={link} onDone={onClose} />
      </Dialog>
    );
  }
  const invitation = linkPurposeOf(member) === 'invitation';
  const verb = mailConfigured ? 'Send' : 'Create';
  return (
    <Dialog
      title={invitation ? `Invite ${member.email} again?` : `Reset the password of ${member.email}?`}
      description={
        invitation
          ? 'A new one-time link, good for 7 days. The one before stops working.'
          : 'A one-time link to choose a new password, good for 24 hours. Until it is used, the password stays as it is.'
      }
      {...frame}
    >
      <DialogBody>{refusal && <FormMessage>{refusal}</FormMessage>}</DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="primary" pending={pending} onClick={() => submit(undefined)}>
          {`${verb} ${invitation ? 'invitation' : 'password reset'}`}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
