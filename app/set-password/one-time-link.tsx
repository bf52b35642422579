'use client';

import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { buttonClass } from '@/components/ui/button-class';
import { useHydrated } from '@/components/ui/use-hydrated';
import type { LinkView } from '@/lib/one-time-links/schema';
import { findLinkAction } from './actions';
import { LinkHeading } from './link-heading';
import { PasswordStep } from './password-step';
import type { DeadLink } from './states';

type Shown = LinkView | { status: 'incomplete' | 'unreachable' };
type Opened = { token: string; link: Shown };

/** What a one-time link opens: the choice of a password, or the reason why it opens nothing. */
export function OneTimeLink({ passwordMinimum }: { passwordMinimum: number }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const hydrated = useHydrated();
  useEffect(() => {
    const look = async () => setOpened(await openLink(location.hash.slice(1)));
    look();
    // Another link in the same tab changes the fragment only, and loads nothing.
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);

  // Without scripts this stays empty, and the page says so.
  if (!hydrated) return null;
  if (opened === null) {
    return (
      <p role="status" className="mt-6 text-center text-ink-muted">
        Looking at your link…
      </p>
    );
  }
  const { token, link } = opened;
  switch (link.status) {
    case 'valid':
      return (
        <PasswordStep
          key={token}
          token={token}
          link={link}
          minimum={passwordMinimum}
          onDead={(dead) => setOpened({ token, link: dead })}
        />
      );
    case 'unreachable':
      return (
        <>
          <LinkHeading title="Latchkey did not answer">Your link was not used. Try again in a moment.</LinkHeading>
          <Button
            className="w-full"
            onClick={() => {
              setOpened(null);
              openLink(token).then(setOpened);
            }}
          >
            Try again
          </Button>
        </>
      );
    default:
      return (
        <>
          <LinkHeading title={sentences[link.status].title}>{sentences[link.status].help}</LinkHeading>
          <a href="/sign-in" className={`${buttonClass()} w-full`}>
            Go to sign-in
          </a>
        </>
      );
  }
}

async function openLink(token: string): Promise<Opened> {
  if (token === '') return { token, link: { status: 'incomplete' } };
  try {
    return { token, link: await findLinkAction(token) };
  } catch {
    return { token, link: { status: 'unreachable' } };
  }
}

const sentences: Record<DeadLink['status'] | 'incomplete', { title: string; help: string }> = {
  used: {
    title: 'This link was used already',
    help: 'It works once. If it was you, sign in with the password you chose. If it was not, tell your administrator at once and ask for a new link.',
  },
  expired: { title: 'This link has expired', help: 'Ask your administrator for a new link.' },
  unknown: {
    title: 'This link does not work',
    help: 'It may be cut off, or a newer one took its place. Open the newest link you were given, or ask your administrator for another.',
  },
  incomplete: {
    title: 'This link is incomplete',
    help: 'The part behind the # is missing. Open the whole link, or ask your administrator for a new one.',
  },
};
