import Link from 'next/link';
import { Banner } from '@/components/ui/banner';
import { Time } from '@/components/ui/time';
import type { Viewer } from '@/lib/auth/queries';
import { type ExpiringKeys, findExpiringKeys } from '@/lib/notifications/queries';

/** Says which keys expire soon; nothing when none does. */
export async function ExpiryBanner({ viewer }: { viewer: Viewer }) {
  const expiring = await findExpiringKeys(viewer);
  if (!expiring) return null;
  const { personal, agent, now } = expiring;
  return (
    <Banner label="Keys that expire soon" tone="warn">
      {personal && <Line keys={personal} noun="API key" href="/account/api-keys" now={now} />}
      {agent && <Line keys={agent} noun="agent API key" href="/account/agent-keys" now={now} />}
    </Banner>
  );
}

type LineProps = { keys: ExpiringKeys; noun: string; href: string; now: string };

function Line({ keys: { count, name, expiresAt }, noun, href, now }: LineProps) {
  return (
    <p>
      <Link href={href} className="font-medium underline underline-offset-2">
        {count === 1 ? `1 ${noun} expires soon` : `${count.toLocaleString('en')} ${noun}s expire soon`}
      </Link>
      {count === 1 ? ': ' : ', first '}“<bdi>{name}</bdi>” <Time iso={expiresAt} relativeTo={now} />.
    </p>
  );
}
