'use client';

import { setNonce } from 'get-nonce';
import { ThemeProvider } from 'next-themes';
import { type ReactNode, useState } from 'react';
import { Notices } from './ui/notice';
import { RowIconDrawings } from './ui/row-icons';
import { Tooltips } from './ui/tooltips';

/**
 * What every page shares. The nonce is the document's: a later render of the layout brings the nonce of another
 * response, which this document's Content-Security-Policy does not know, so the first one is kept.
 */
export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  const [documentNonce] = useState(() => {
    // Radix locks the page behind a dialog with a <style>, and asks get-nonce for its nonce.
    if (typeof window !== 'undefined') setNonce(nonce);
    return nonce;
  });
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      nonce={documentNonce}
      storageKey="latchkey.theme"
    >
      <RowIconDrawings />
      {children}
      <Tooltips />
      <Notices />
    </ThemeProvider>
  );
}
