'use client';

import { Badge, type BadgeTone } from '@/components/ui/badge';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import type { MembersPageView, MemberView } from '@/lib/members/schema';
import { MemberAccess } from './member-access';
import { MemberActions } from './member-actions';
import { MemberMethods } from './member-methods';
import type { Opener } from './open-dialog';

type MemberTableProps = {
  view: MembersPageView;
  onOpen: Opener;
  /** Somebody is about to press a button that opens a dialog. */
  onReach: () => void;
};

const stateTones: Record<MemberView['state'], BadgeTone> = { Active: 'good', Invited: 'warn', Disabled: 'neutral' };

export function MemberTable({ view, onOpen, onReach }: MemberTableProps) {
  return (
    <Table label="Members">
      <TableHead>
        <ColumnTitle>Member</ColumnTitle>
        <ColumnTitle>Signs in with</ColumnTitle>
        <ColumnTitle>Roles</ColumnTitle>
        <ColumnTitle>Licence</ColumnTitle>
        <ColumnTitle>Keys</ColumnTitle>
        <ColumnTitle>Last seen</ColumnTitle>
        <ColumnTitle>Status</ColumnTitle>
        <ColumnTitle hidden>Actions</ColumnTitle>
      </TableHead>
      <TableBody>
        {view.members.map((member) => (
          <Row key={member.id}>
            <Cell className="max-lg:mb-2 lg:w-full lg:min-w-48 lg:max-w-0">
              <Person member={member} />
            </Cell>
            <Cell title="Signs in with" className="lg:min-w-32">
              <MemberMethods member={member} onOpen={onOpen} onReach={onReach} />
            </Cell>
            <MemberAccess member={member} onOpen={onOpen} />
            <Cell title="Keys" className="text-ink-muted tabular-nums">
              <span>{member.keys}</span>
            </Cell>
            <Cell title="Last seen" className="whitespace-nowrap text-ink-muted lg:max-xl:whitespace-normal">
              {member.lastSeenAt ? <Time iso={member.lastSeenAt} relativeTo={view.now} /> : <span>Never</span>}
            </Cell>
            <Cell title="Status">
              <Badge tone={stateTones[member.state]} dot>
                {member.state}
              </Badge>
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              <MemberActions member={member} onOpen={onOpen} onReach={onReach} />
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

function Person({ member }: { member: MemberView }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2">
        <bdi className="min-w-0 break-words font-medium leading-6 [overflow-wrap:anywhere]">{member.name}</bdi>
        {member.self && <Badge tone="neutral">You</Badge>}
      </p>
      <p className="text-ink-muted text-xs leading-5 [overflow-wrap:anywhere]">
        <bdi>{member.email}</bdi>
      </p>
    </>
  );
}
