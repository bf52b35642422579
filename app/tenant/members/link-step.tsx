'use client';

import { MailCheck } from 'lucide-react';
import { useId } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { selectText } from '@/components/ui/select-text';
import { Time } from '@/components/ui/time';
import type { NewLink } from './states';

export function linkTitle({ purpose, delivery }: NewLink): string {
  if (purpose === 'invitation') return delivery === 'mailed' ? 'Invitation sent' : 'Invitation created';
  return delivery === 'mailed' ? 'Password reset sent' : 'Password reset created';
}

/** Where a new one-time link went: into a mail, or here, once. */
export function LinkStep({ link, onDone }: { link: NewLink; onDone: () => void }) {
  return (
    <>
      <DialogBody>
        {link.delivery === 'mailed' ? (
          <div className="flex gap-3">
            <MailCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-good-text" />
            <p className="min-w-0 break-words">
              The link is on its way to <bdi className="font-medium">{link.email}</bdi>. It works once, until{' '}
              <Time iso={link.expiresAt} precise />.
            </p>
          </div>
        ) : (
          <ShownLink link={link} />
        )}
      </DialogBody>
      <DialogFooter>
        <Button tone="primary" onClick={onDone}>
          Done
        </Button>
      </DialogFooter>
    </>
  );
}

function ShownLink({ link }: { link: Extract<NewLink, { delivery: 'shown' }> }) {
  const id = useId();
  return (
    <>
      {link.because === 'failed' && (
        <FormMessage>The mail could not be sent; the server’s log says why. Hand over the link yourself.</FormMessage>
      )}
      <div>
        <label htmlFor={id} className="mb-1.5 block font-medium">
          One-time link
        </label>
        <div className="flex items-center rounded-lg border border-line-strong bg-canvas pr-1">
          <input
            id={id}
            readOnly
            value={link.url}
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${id}-help`}
            className="h-10 min-w-0 flex-1 text-ellipsis rounded-lg bg-transparent pl-3 font-mono text-ink text-xs focus-visible:outline-offset-0 max-lg:h-11"
          />
          <CopyButton
            label="Copy link"
            hint="Copy"
            done="Link copied"
            text={link.url}
            onFailed={() => selectText(id)}
          />
        </div>
        <p id={`${id}-help`} className="mt-1.5 text-ink-muted text-xs leading-5">
          Works once, until <Time iso={link.expiresAt} precise />.
        </p>
      </div>
      <FormMessage tone="warn">
        Give it to <bdi className="font-medium">{link.email}</bdi> and nobody else. It is shown once; whoever has it can
        choose this member’s password.
      </FormMessage>
    </>
  );
}
