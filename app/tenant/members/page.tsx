import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { requireViewer } from '@/lib/auth/viewer';
import { env } from '@/lib/env';
import { listMembers } from '@/lib/members/queries';
import { countMaximum, membersQuerySchema } from '@/lib/members/schema';
import { MemberManager } from './member-manager';

export const metadata: Metadata = { title: 'Members' };

type MembersPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function MembersPage({ searchParams }: MembersPageProps) {
  const viewer = await requireViewer();
  const query = membersQuerySchema.parse(await searchParams);
  const view = await listMembers(viewer, query);
  if (!view) notFound();
  return (
    <MemberManager
      view={view}
      search={query.search}
      countText={countText(view.count, query.search.trim() !== '')}
      tenantName={viewer.tenantName}
      mailConfigured={env().mail !== null}
    />
  );
}

function countText(count: number, searched: boolean): string {
  const amount = count > countMaximum ? `${countMaximum.toLocaleString('en')}+` : count.toLocaleString('en');
  const members = `${amount} ${count === 1 ? 'member' : 'members'}`;
  return searched ? `${members} found` : members;
}
