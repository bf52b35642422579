'use client';

import { Monitor, Smartphone } from 'lucide-react';
import { useRef } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Time } from '@/components/ui/time';
import { useSubmission } from '@/components/use-submission';
import type { SessionView } from '@/lib/auth/schema';
import { endSessionAction } from './actions';

type Session = Omit<SessionView, 'userAgent'> & { device: string };

export function SessionList({ sessions }: { sessions: Session[] }) {
  const list = useRef<HTMLUListElement>(null);
  const { pending, refusal, submit } = useSubmission(async (session: Session) => {
    const result = await endSessionAction({ sessionId: session.id });
    notify(result.status === 'ended' ? `Signed out ${session.device}` : 'That session had ended already');
    // Its button is about to go.
    list.current?.focus();
    return result;
  });
  return (
    <>
      {refusal && (
        <div className="px-5 pt-4 max-sm:px-4">
          <FormMessage>{refusal}</FormMessage>
        </div>
      )}
      <ul ref={list} tabIndex={-1} className="outline-none" aria-label="Sessions">
        {sessions.map((session) => (
          <li
            key={session.id}
            className="flex items-center gap-4 border-line border-b px-5 py-4 last:border-b-0 max-sm:flex-wrap max-sm:px-4"
          >
            <DeviceIcon device={session.device} />
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span className="font-medium first-letter:uppercase">{session.device}</span>
                {session.current && <Badge tone="good">This session</Badge>}
              </p>
              <p className="mt-0.5 break-words text-ink-muted text-xs leading-5">
                <span className="mr-3 inline-block">From {session.address}</span>
                <span className="mr-3 inline-block">
                  Started <Time iso={session.createdAt} precise />
                </span>
                <span className="inline-block">
                  Last seen <Time iso={session.lastSeenAt} precise />
                </span>
              </p>
            </div>
            {!session.current && (
              <Button
                aria-label={`Sign out ${session.device}`}
                pending={pending}
                className="max-sm:w-full"
                onClick={() => submit(session)}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function DeviceIcon({ device }: { device: string }) {
  const Icon = /iPhone|Android/.test(device) ? Smartphone : Monitor;
  return (
    <span className="inline-flex size-9 shrink-0 items-center justify-center rounded-lg bg-sunken text-ink-muted">
      <Icon aria-hidden className="size-4.5" />
    </span>
  );
}
