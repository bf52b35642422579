'use client';

import { CountedDialog } from '@/components/counted-dialog';
import { notify } from '@/components/ui/notice';
import type { NameList, ReviewedChange } from '@/lib/policy-review/schema';
import { reviewPolicyAction, updatePolicyAction } from './actions';
import type { PolicyTextChange } from './policy-text';
import type { PolicyMessages } from './states';

type ReviewDialogProps = {
  change: PolicyTextChange;
  onSaved: () => void;
  onInvalid: (problems: PolicyMessages) => void;
  onClose: () => void;
  onReturnFocus: () => void;
};

/** What changed settings mean now, before they are saved. */
export function ReviewDialog({ change, onSaved, onInvalid, onClose, onReturnFocus }: ReviewDialogProps) {
  async function count() {
    const result = await reviewPolicyAction(change);
    if (result.status === 'invalid') onInvalid(result.fields);
    return result;
  }
  async function save() {
    const result = await updatePolicyAction(change);
    if (result.status === 'invalid') onInvalid(result.fields);
    if (result.status === 'saved') {
      onSaved();
      notify('Settings saved');
      onClose();
    }
    return result;
  }
  return (
    <CountedDialog
      wide
      title="Review changes"
      description="What they mean for the keys and members of this moment. Nothing is saved yet."
      counting="Counting the keys and members concerned…"
      count={count}
      button="Save changes"
      tone="primary"
      submit={save}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      {({ changes }) => (
        <ul aria-label="Changes" className="divide-y divide-line">
          {changes.map((each) => (
            <li key={each.label} className="py-4 first:pt-0 last:pb-0">
              <Change {...each} />
            </li>
          ))}
        </ul>
      )}
    </CountedDialog>
  );
}

function Change({ label, before, after, warns, meaning, lists }: ReviewedChange) {
  return (
    <>
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-medium">{label}</span>
        <span className="tabular-nums">
          <span className="text-ink-muted">{before} →</span> <span className="font-medium">{after}</span>
        </span>
      </p>
      <p className={warns ? 'mt-2 rounded-lg bg-warn-wash px-3 py-2 text-warn-text' : 'mt-1 text-ink-muted'}>
        {meaning}
      </p>
      {lists.map((list) => (
        <Names key={list.label} {...list} />
      ))}
    </>
  );
}

function Names({ label, lines, others }: NameList) {
  return (
    <div className="mt-3 text-xs leading-5">
      <p aria-hidden className="text-ink-faint">
        {label}
      </p>
      <ul aria-label={label}>
        {lines.map(({ name, note, amount }) => (
          <li key={`${name} ${note}`} className="flex items-baseline justify-between gap-x-4">
            <span className="min-w-0 [overflow-wrap:anywhere]">
              <bdi>{name}</bdi>
              {note && <span className="text-ink-muted"> · {note}</span>}
            </span>
            {amount && <bdi className="max-w-[50%] shrink-0 truncate text-ink-muted tabular-nums">{amount}</bdi>}
          </li>
        ))}
        {others > 0 && <li className="text-ink-muted">and {others.toLocaleString('en')} more</li>}
      </ul>
    </div>
  );
}
