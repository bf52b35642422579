'use client';

import { useId, useOptimistic, useRef, useState, useTransition } from 'react';
import { Checkbox } from '@/components/ui/checkbox';
import { FieldError } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Switch } from '@/components/ui/switch';
import { Cell } from '@/components/ui/table';
import type { MemberView } from '@/lib/members/schema';
import { changeMemberAction } from './actions';
import type { Opener } from './open-dialog';
import { reasonOf } from './reason-of';

type Access = { developer: boolean; admin: boolean; licensed: boolean };
type Part = keyof Access;

function accessOf({ roles, licensed }: MemberView): Access {
  return { developer: roles.includes('developer'), admin: roles.includes('admin'), licensed };
}

/** The two cells with what a member may do. A change is saved at once; a refused one goes back, and says why. */
export function MemberAccess({ member, onOpen }: { member: MemberView; onOpen: Opener }) {
  const { email } = member;
  const [refusal, setRefusal] = useState<string | null>(null);
  const [, startTransition] = useTransition();
  // What was asked for, until the answer has brought what is stored.
  const [asked, ask] = useOptimistic<Partial<Access>, Partial<Access>>({}, (before, change) => ({
    ...before,
    ...change,
  }));
  const stored = accessOf(member);
  const shown = { ...stored, ...asked };
  const errorId = useId();
  const adminBox = useRef<HTMLButtonElement>(null);

  function change(part: Part, value: boolean) {
    setRefusal(null);
    startTransition(async () => {
      ask({ [part]: value });
      const message = await reasonOf(changeMemberAction({ memberId: member.id, [part]: value }));
      if (message === null) notify(sentenceOf(email, part, value));
      startTransition(() => setRefusal(message));
    });
  }
  const control = (part: Part) => ({
    checked: shown[part],
    pending: part in asked,
    onChange: (value: boolean) => change(part, value),
  });
  return (
    <>
      <Cell title="Roles">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset does not lay out its content as a column */}
        <span
          role="group"
          aria-label={`Roles of ${email}`}
          aria-describedby={refusal ? errorId : undefined}
          className="flex flex-col max-lg:flex-row max-lg:flex-wrap max-lg:justify-end max-lg:gap-x-4"
        >
          <Checkbox label="developer" fullLabel={`developer for ${email}`} {...control('developer')} />
          <Checkbox
            label="admin"
            fullLabel={`admin for ${email}`}
            {...control('admin')}
            refusal={stored.admin ? member.lastAdminRefusal : null}
            ref={adminBox}
            onChange={(value) => {
              // Whoever takes it from themself cannot give it back.
              if (member.self && !value) onOpen({ kind: 'step_down', member }, adminBox.current as HTMLElement);
              else change('admin', value);
            }}
          />
          {refusal && (
            <span role="alert" className="lg:max-w-40">
              <FieldError id={errorId}>{refusal}</FieldError>
            </span>
          )}
        </span>
      </Cell>
      <Cell title="Licence">
        <Switch label={`Licence for ${email}`} {...control('licensed')} />
      </Cell>
    </>
  );
}

function sentenceOf(email: string, part: Part, value: boolean): string {
  if (part === 'licensed') return value ? `${email} has a licence` : `${email} has no licence any more`;
  const role = part === 'admin' ? 'an admin' : 'a developer';
  return value ? `${email} is ${role}` : `${email} is not ${role} any more`;
}
