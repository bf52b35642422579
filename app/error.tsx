'use client';

import { MessagePage } from '@/components/shell/message-page';
import { Button } from '@/components/ui/button';
import { buttonClass } from '@/components/ui/button-class';

type ErrorPageProps = { error: Error & { digest?: string }; retry: () => void };

export default function ErrorPage({ error, retry }: ErrorPageProps) {
  return (
    <MessagePage
      title="This page could not be shown"
      actions={
        <>
          <Button tone="primary" onClick={retry}>
            Try again
          </Button>
          {/* A full load, and no next/link: this file is part of every page's first load. */}
          <a href="/account/api-keys" className={buttonClass()}>
            Go to your API keys
          </a>
        </>
      }
    >
      <p>Something went wrong on our side. Your keys keep working as they did.</p>
      {error.digest && (
        <p className="mt-3 text-ink-faint text-xs">
          If it stays, tell your operator this number: <code className="font-mono text-ink-muted">{error.digest}</code>
        </p>
      )}
    </MessagePage>
  );
}
