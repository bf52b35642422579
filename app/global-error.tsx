'use client';

import '@fontsource-variable/inter';
import './globals.css';
import { MessagePage } from '@/components/shell/message-page';
import { buttonClass } from '@/components/ui/button-class';

/** Stands in for the whole document when even its frame fails, so it relies on nothing of it. */
export default function GlobalErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body className="min-h-dvh font-sans antialiased">
        <title>Latchkey could not be shown</title>
        <MessagePage
          title="Latchkey could not be shown"
          actions={
            // A full load on purpose: the state of this document is not to be trusted.
            <a href="/account/api-keys" className={buttonClass('primary')}>
              Load again
            </a>
          }
        >
          <p>Something went wrong on our side. Your keys keep working as they did.</p>
          {error.digest && (
            <p className="mt-3 text-ink-faint text-xs">
              If it stays, tell your operator this number:{' '}
              <code className="font-mono text-ink-muted">{error.digest}</code>
            </p>
          )}
        </MessagePage>
      </body>
    </html>
  );
}
