'use client';

import { useId } from 'react';
import { Badge } from '@/components/ui/badge';
import { dateText } from '@/components/ui/date-text';
import { Time } from '@/components/ui/time';
import type { OffboardingReview, ReviewedKey } from '@/lib/offboarding/schema';
import { countText, totalText } from '@/lib/usage/schema';
import { DecisionField } from './decision-field';
import { type Choice, endOfKeeping, type Mode } from './decisions';

type KeyDecisionsProps = {
  review: OffboardingReview;
  mode: Mode;
  choiceOf: (key: ReviewedKey) => Choice;
  onChoose: (keys: ReviewedKey[], choice: Choice) => void;
  /** What is wrong with a key's decision, by client ID. */
  errors: Record<string, string>;
};

/** The id of a key's control, to bring the reader to it. */
export const decisionId = (clientId: string) => `decision-${clientId}`;

/** The keys that could work, each with what becomes of it. */
export function KeyDecisions({ review, mode, choiceOf, onChoose, errors }: KeyDecisionsProps) {
  const suggestions = useId();
  const { keys, receivers, now } = review;
  const field = { mode, review, suggestions };
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <datalist id={suggestions}>
        {receivers.map(({ email, name, room }) => (
          <option key={email} value={email}>{`${name}, room for ${room}`}</option>
        ))}
      </datalist>
      {keys.length > 1 && (
        <div className={`${lineClass} border-line border-b bg-sunken/60`}>
          <p className="pt-1.5 font-medium max-sm:pt-0">For all {keys.length} keys</p>
          <DecisionField
            subject="all keys"
            value={commonChoice(keys.map(choiceOf))}
            ownName={null}
            // Each has a name of its own.
            onChange={(choice) => onChoose(keys, { ...choice, name: null })}
            {...field}
          />
        </div>
      )}
      {/* Scrolls by itself, so that with many keys the summary and the buttons stay in sight. */}
      <ul aria-label="Keys" className="max-h-[max(16rem,42vh)] divide-y divide-line overflow-y-auto">
        {keys.map((key) => (
          <li key={key.clientId} className={lineClass}>
            <KeySummary item={key} now={now} />
            <DecisionField
              id={decisionId(key.clientId)}
              subject={key.name}
              ownName={key.name}
              value={choiceOf(key)}
              onChange={(choice) => onChoose([key], choice)}
              note={expiryNote(key, choiceOf(key), review)}
              error={errors[key.clientId]}
              {...field}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

const lineClass = 'grid gap-x-4 gap-y-2 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_15rem]';

function KeySummary({ item, now }: { item: ReviewedKey; now: string }) {
  return (
    <div className="min-w-0">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <bdi className="min-w-0 font-medium [overflow-wrap:anywhere]">{item.name}</bdi>
        <Badge tone={item.status === 'Active' ? 'good' : 'neutral'} dot>
          {item.status}
        </Badge>
      </p>
      <p className="truncate font-mono text-ink-muted text-xs leading-5">{item.clientId}</p>
      <p className="text-ink-muted text-xs leading-5">
        {item.lastUsedAt ? (
          <>
            Last used <Time iso={item.lastUsedAt} relativeTo={now} />
          </>
        ) : (
          'Never used'
        )}
        {' · '}
        {item.expiresAt ? (
          <>
            expires <Time iso={item.expiresAt} />
          </>
        ) : (
          'never expires'
        )}
      </p>
      <p className={`text-xs leading-5 ${item.traffic.requests > 0 ? '' : 'text-ink-muted'}`}>
        {trafficText(item.traffic)}
      </p>
    </div>
  );
}

function trafficText(traffic: ReviewedKey['traffic']): string {
  const { callers } = traffic;
  const people = callers === 1 ? '1 caller' : `${countText(callers)} callers`;
  return `${totalText(traffic)}${callers > 0 ? `, from ${people}` : ''}`;
}

/** The date that was chosen, or the key's expiry, is not the day on which the key stops. */
function expiryNote(
  key: ReviewedKey,
  { decision, date }: Choice,
  { latestAgentExpiry }: OffboardingReview,
): string | null {
  if (decision === 'make_agent') {
    const isShortened = latestAgentExpiry && (!key.expiresAt || latestAgentExpiry < key.expiresAt);
    return isShortened ? `It expires on ${dateText(new Date(latestAgentExpiry), false)}, as agent keys do.` : null;
  }
  const end = endOfKeeping(key, date);
  if (decision !== 'keep' || !end || end.toISOString() !== key.expiresAt) return null;
  return `It expires before, on ${dateText(end, false)}.`;
}

/** What all keys have in common; null where they differ. */
function commonChoice(choices: Choice[]): Choice | null {
  const [first] = choices;
  if (!first) return null;
  const same = choices.every(
    ({ decision, date, receiver }) =>
      decision === first.decision &&
      (decision !== 'keep' || date === first.date) &&
      (decision !== 'hand_over' || receiver === first.receiver),
  );
  return same ? first : null;
}
