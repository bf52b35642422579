import type { Metadata } from 'next';
import Link from 'next/link';
import { MessagePage } from '@/components/shell/message-page';
import { buttonClass } from '@/components/ui/button-class';

export const metadata: Metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <MessagePage
      title="This page does not exist"
      actions={
        <Link href="/account/api-keys" className={buttonClass('primary')}>
          Go to your API keys
        </Link>
      }
    >
      The address may be mistyped, or the page may be open to other people only.
    </MessagePage>
  );
}
