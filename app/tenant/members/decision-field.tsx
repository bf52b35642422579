'use client';

import { useId } from 'react';
import { dateOf } from '@/components/local-date';
import { controlClass, FieldError } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { nameMaximum } from '@/lib/keys/schema';
import type { OffboardingReview } from '@/lib/offboarding/schema';
import type { Choice, Mode } from './decisions';

type DecisionFieldProps = {
  /** Of what an error is about: the date or the receiver, where there is one. */
  id?: string;
  /** What it is about, such as a key's name; `all keys` for all of them. */
  subject: string;
  /** The key's name, which its agent key gets unless another is given; null for all keys. */
  ownName: string | null;
  /** Null: the keys have different ones. */
  value: Choice | null;
  onChange: (value: Choice) => void;
  mode: Mode;
  review: OffboardingReview;
  /** The id of the list of suggested receivers. */
  suggestions: string;
  /** What to know about the choice, beside what it means. */
  note?: string | null;
  error?: string | undefined;
};

/** What becomes of a key, with the date or the receiver that it takes. */
export function DecisionField(props: DecisionFieldProps) {
  const { id, subject, ownName, value, onChange, mode, review, suggestions, note, error } = props;
  const ownId = useId();
  // An error is about what the decision takes, where it takes something.
  const named = value?.decision === 'make_agent' && ownName !== null;
  const detailed = named || value?.decision === 'keep' || value?.decision === 'hand_over';
  const control = (wrong: boolean) => ({
    'aria-invalid': wrong ? (true as const) : undefined,
    'aria-describedby': `${wrong ? `${ownId}-error ` : ''}${ownId}-help`,
    className: `${controlClass} ${wrong ? 'border-danger' : 'border-line-strong'}`,
  });
  const wrong = error !== undefined;
  const change = (part: Partial<Choice>) =>
    onChange({ decision: 'stop', date: '', receiver: '', name: null, ...value, ...part });
  return (
    <div className="min-w-0 space-y-2">
      <Select
        id={detailed ? undefined : id}
        {...control(wrong && !detailed)}
        aria-label={`Decision for ${subject}`}
        value={value?.decision ?? ''}
        onChange={(event) => change({ decision: event.target.value as Choice['decision'] })}
      >
        {value === null && (
          <option value="" disabled>
            Different for each
          </option>
        )}
        <option value="stop">Stop</option>
        <option value="keep">Keep working until</option>
        <option value="hand_over">Hand over to</option>
        <option value="make_agent">Turn into an agent key</option>
        <option value="revoke">Revoke</option>
      </Select>
      {value?.decision === 'keep' && (
        <input
          id={id}
          {...control(wrong)}
          type="date"
          aria-label={`Last day for ${subject}`}
          min={dateOf(new Date(review.now))}
          max="9999-12-30"
          value={value.date}
          onChange={(event) => change({ date: event.target.value })}
        />
      )}
      {value?.decision === 'hand_over' && (
        <input
          id={id}
          {...control(wrong)}
          type="email"
          aria-label={`Receiver of ${subject}`}
          placeholder="Email of a member"
          list={suggestions}
          autoComplete="off"
          spellCheck={false}
          value={value.receiver}
          onChange={(event) => change({ receiver: event.target.value })}
        />
      )}
      {named && (
        <input
          id={id}
          {...control(wrong)}
          type="text"
          aria-label={`Agent key name for ${subject}`}
          placeholder="Agent key name"
          maxLength={nameMaximum}
          autoComplete="off"
          value={value.name ?? ownName}
          onChange={(event) => change({ name: event.target.value })}
        />
      )}
      {error && <FieldError id={`${ownId}-error`}>{error}</FieldError>}
      <p id={`${ownId}-help`} className="text-ink-muted text-xs leading-5">
        {value && meaningOf(value, mode, review)}
        {note && ` ${note}`}
      </p>
    </div>
  );
}

function meaningOf({ decision, receiver }: Choice, mode: Mode, { receivers }: OffboardingReview): string {
  switch (decision) {
    case 'stop':
      return mode === 'disable'
        ? 'Stops working at once; works again if the member is enabled.'
        : 'Stops working at once; nobody can start it again.';
    case 'keep':
      return 'Works until the end of that day, then stops.';
    case 'hand_over': {
      const known = receivers.find(({ email }) => email.toLowerCase() === receiver.trim().toLowerCase());
      if (!known) return 'Works on as it does now, and belongs to them. They are told to rotate it.';
      return `Works on as it does now, and belongs to ${known.name}, who has room for ${known.room} more.`;
    }
    case 'make_agent':
      return 'Works on as it does now, and belongs to the tenant: every developer can rotate it.';
    case 'revoke':
      return 'Stops working at once, for ever.';
  }
}
