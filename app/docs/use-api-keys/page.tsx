import type { Metadata } from 'next';
import Link from 'next/link';
import { CommandBlock } from '@/components/command-block';
import { LogoMark } from '@/components/shell/logo';
import { ThemeSwitch } from '@/components/shell/theme-switch';
import { buttonClass } from '@/components/ui/button-class';
import { currentViewer } from '@/lib/auth/viewer';
import { env } from '@/lib/env';
import { Chapter, Contents, Word } from './chapter';
import { loadCommand, nginxLines, waysToPresent } from './commands';
import { ConnectionChapters } from './connection-chapters';
import { RefusalTable } from './refusal-table';
import { WayList } from './way-list';

export const metadata: Metadata = { title: 'How to use API keys' };

/** For everybody, also without an account here: whoever gets a key to work with need not sign in to learn how. */
export default async function UseApiKeysPage() {
  const signedIn = (await currentViewer()) !== null;
  const { origin } = env();
  return (
    <>
      <header className="border-line border-b bg-surface">
        <div className="mx-auto flex h-14 max-w-5xl items-center gap-3 px-4 sm:px-8">
          <Link href="/account/api-keys" className="flex shrink-0 items-center gap-2.5 rounded-md">
            <LogoMark />
            <span className="font-semibold text-[0.9375rem] tracking-[-0.015em]">Latchkey</span>
          </Link>
          <div className="ml-auto flex shrink-0 items-center gap-3 max-sm:gap-1.5">
            <ThemeSwitch />
            <Link href={signedIn ? '/account/api-keys' : '/sign-in'} prefetch={false} className={buttonClass()}>
              {signedIn ? 'Your keys' : 'Sign in'}
            </Link>
          </div>
        </div>
      </header>
      <main className="mx-auto grid max-w-5xl gap-x-12 px-4 pt-8 pb-24 sm:px-8 sm:pt-10 lg:grid-cols-[minmax(0,1fr)_13rem]">
        <div className="min-w-0">
          <h1 className="font-semibold text-[1.625rem] leading-9 tracking-[-0.02em]">How to use API keys</h1>
          <p className="mt-1 max-w-[42rem] text-base text-ink-muted leading-7">
            From the key that you created to a service that calls with it, and what to do when it is refused.
          </p>
        </div>
        <Contents />
        <div className="min-w-0">
          <WhatAKeyIs />
          <Chapter id="store">
            <p>
              Creating a key offers <strong>Download .env</strong>. Put the file beside your service as{' '}
              <Word>latchkey.env</Word>, out of your repository, and load it before the service starts. The examples
              below read <Word>LATCHKEY_CLIENT_ID</Word> and <Word>LATCHKEY_CLIENT_SECRET</Word> from it.
            </p>
            <CommandBlock label="the commands that load the key" text={loadCommand} bar={<BarTitle>Shell</BarTitle>} />
          </Chapter>
          <Chapter id="call">
            <p>
              There are three ways to present a key. The address here, <Word>/api/v1/me</Word>, answers whose key it is;
              use it to try a key out, and the address of the API that you want everywhere else.
            </p>
            <WayList ways={waysToPresent(origin)} />
          </Chapter>
          <ConnectionChapters origin={origin} bar={(title) => <BarTitle>{title}</BarTitle>} />
          <Chapter id="nginx">
            <p>
              Six lines let only requests with a key through to your service and tell it the key’s client ID. To demand
              scopes, ask for <Word>/api/v1/authorize?scope=reports:read+reports:write</Word> instead.
            </p>
            <CommandBlock
              label="the nginx lines"
              text={nginxLines(origin)}
              bar={<BarTitle>nginx, in server</BarTitle>}
            />
            <p>
              nginx turns every answer but 200, 401 and 403 into 500, so nothing gets through while Latchkey cannot be
              asked. Latchkey says more about the caller, in <Word>X-Latchkey-Tenant</Word>, <Word>-Subject</Word>,{' '}
              <Word>-Scopes</Word> and <Word>-Bias-Profile</Word>: overwrite each in the same way before your service
              believes it.
            </p>
          </Chapter>
          <Chapter id="errors">
            <p>
              A refusal is JSON (RFC 9457). Its <Word>type</Word> ends in one of these words, and <Word>detail</Word>{' '}
              says more. Only who presents the full secret is told what happened to the key.
            </p>
            <RefusalTable />
          </Chapter>
          <Rotation />
          <Practices />
        </div>
      </main>
    </>
  );
}

function BarTitle({ children }: { children: string }) {
  return <span className="pl-4 font-medium text-ink-muted text-xs">{children}</span>;
}

function WhatAKeyIs() {
  return (
    <Chapter id="what">
      <p>
        With a key, a script or a service calls an API in your name, without your password. It can be stopped at any
        time without touching anything else, and has two parts.
      </p>
      <dl className="grid gap-x-6 gap-y-3 rounded-xl border border-line bg-surface px-5 py-4 max-sm:px-4 sm:grid-cols-[7rem_minmax(0,1fr)]">
        <dt className="font-medium">Client ID</dt>
        <dd className="text-ink-muted">
          Begins with <Word>lk_id_</Word>. Public: it names the key on the page, in logs and in events.
        </dd>
        <dt className="font-medium">Client secret</dt>
        <dd className="text-ink-muted">
          Begins with <Word>lk_sk_</Word>. Whoever has it is taken for you: it is shown once, when the key is created,
          and never again.
        </dd>
      </dl>
      <p>
        Every request is checked when it arrives. A key that is deactivated, revoked or expired is refused from the next
        request on.
      </p>
    </Chapter>
  );
}

function Rotation() {
  return (
    <Chapter id="rotate">
      <p>
        <strong>Rotate</strong> gives a key a new secret. Its name and client ID stay, and the old secret goes on
        working beside the new one for as long as you choose, so no request has to fail meanwhile.
      </p>
      <ol className="max-w-[42rem] list-decimal space-y-2 pl-5 text-ink-muted marker:text-ink-faint">
        <li>Rotate the key, with an overlap that is longer than your deployment takes: 1 h, 24 h or 7 days.</li>
        <li>Give the new secret to your service in place of the old one, instance by instance.</li>
        <li>
          Watch the key’s row: it counts the requests that still come with the old secret, and the Rotate dialog says
          from which programs and addresses.
        </li>
        <li>
          <strong>Retire the old secret now</strong> once it is silent, or let the overlap end by itself.
        </li>
      </ol>
      <p>
        If a secret leaked, choose <strong>It leaked</strong> instead: the old secret is refused at once, and your
        administrators are told.
      </p>
    </Chapter>
  );
}

function Practices() {
  return (
    <Chapter id="practices">
      <ul className="max-w-[42rem] list-disc space-y-2 pl-5 text-ink-muted marker:text-ink-faint">
        <li>Copy or download the client secret when it is shown, since nobody can show it to you again.</li>
        <li>Keep secrets in environment variables or a secret manager, and out of your source code.</li>
        <li>Never share a key in public, nor in chats and tickets, which others can read for years.</li>
        <li>Use a different key for each application, and write into its description what it is for.</li>
        <li>Give each key only the scopes, and the bias profile, that its application needs.</li>
        <li>Let keys expire, and replace them regularly before they do.</li>
        <li>Rotate with an overlap, and move your applications over gradually, before you retire the old secret.</li>
        <li>Look at when your keys were last used, and delete those that nothing uses.</li>
        <li>Rotate a key whose secret may have leaked at once, and say so with “It leaked”.</li>
        <li>Ask your administrator to revoke a key that is not yours and does what it should not.</li>
      </ul>
    </Chapter>
  );
}
