import { Banner } from '@/components/ui/banner';
import { Time } from '@/components/ui/time';
import type { Viewer } from '@/lib/auth/queries';
import { findLeakReports } from '@/lib/notifications/queries';

/** The leaks that were reported in the last 7 days. It cannot be dismissed: not every admin may have got the mail. */
export async function LeakBanner({ viewer }: { viewer: Viewer }) {
  const leaks = await findLeakReports(viewer);
  if (!leaks) return null;
  const { reports, more, now } = leaks;
  return (
    <Banner label="Reported leaks" tone="danger">
      <p className="font-medium">
        {reports.length + more === 1
          ? 'A leaked secret was reported. It was ended at once.'
          : `${(reports.length + more).toLocaleString('en')} leaked secrets were reported. Each was ended at once.`}
      </p>
      <ul className="space-y-1">
        {reports.map(({ clientId, keyName, reportedBy, reportedAt }) => (
          <li key={`${clientId} ${reportedAt}`}>
            “<bdi>{keyName}</bdi>” by <bdi>{reportedBy ?? 'a former member'}</bdi>,{' '}
            <Time iso={reportedAt} relativeTo={now} />
          </li>
        ))}
        {more > 0 && <li>and {more.toLocaleString('en')} more</li>}
      </ul>
    </Banner>
  );
}
