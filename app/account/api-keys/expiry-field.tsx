'use client';

import { dateOf, endOfDay } from '@/components/local-date';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { Time } from '@/components/ui/time';
import { defaultExpiryInDays, expiryPresetsInDays } from '@/lib/keys/policy';

/** What the form holds: a number of days, a word (`keep`, `never`), or a date as the date input spells it. */
export type ExpiryChoice = { preset: string; date: string };

const dayLength = 24 * 60 * 60 * 1000;

export function firstExpiry(maximumInDays: number | null): ExpiryChoice {
  return { preset: String(defaultExpiryInDays(maximumInDays)), date: '' };
}

export const keptExpiry: ExpiryChoice = { preset: 'keep', date: '' };

/** A date means the end of that day where the reader is; it is sent as an instant. What is kept is not sent. */
export function sentExpiry({ preset, date }: ExpiryChoice) {
  if (preset === 'keep') return undefined;
  if (preset === 'never') return { kind: 'never' };
  if (preset !== 'date') return { kind: 'days', days: Number(preset) };
  const end = endOfDay(date);
  return { kind: 'at', at: end ? end.toISOString() : '' };
}

type ExpiryFieldProps = {
  value: ExpiryChoice;
  onChange: (value: ExpiryChoice) => void;
  maximumInDays: number | null;
  now: string;
  error: string | undefined;
  /** What the key has: it can stay. */
  kept?: { expiresAt: string | null } | undefined;
};

export function ExpiryField({ value, onChange, maximumInDays, now, error, kept }: ExpiryFieldProps) {
  const options = presetOptions(maximumInDays);
  const byDate = value.preset === 'date';
  return (
    <div className="space-y-3">
      <Field
        label="Expiry"
        help={<Meaning preset={value.preset} now={now} maximumInDays={maximumInDays} kept={kept} />}
        error={byDate ? undefined : error}
      >
        {(attributes) => (
          <Select
            {...attributes}
            value={value.preset}
            onChange={(event) => onChange({ ...value, preset: event.target.value })}
          >
            {kept && <option value="keep">Keep</option>}
            {options.map(({ days, label }) => (
              <option key={days} value={days}>
                {label}
              </option>
            ))}
            <option value="date">On a date</option>
            {maximumInDays === null && <option value="never">No expiration</option>}
          </Select>
        )}
      </Field>
      {byDate && (
        <Field label="Expiry date" help="The key works until the end of this day." error={error}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              required
              min={dateOf(new Date(now))}
              max={latestDate(maximumInDays, now)}
              value={value.date}
              onChange={(event) => onChange({ ...value, date: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** What the choice comes to, and why there is no longer one. */
function Meaning({
  preset,
  now,
  maximumInDays,
  kept,
}: Pick<ExpiryFieldProps, 'now' | 'maximumInDays' | 'kept'> & { preset: string }) {
  const end =
    preset === 'keep'
      ? new Date(kept?.expiresAt ?? '')
      : new Date(new Date(now).getTime() + Number(preset) * dayLength);
  return (
    <>
      {preset === 'keep' && kept?.expiresAt === null && 'The key has no expiration.'}
      {preset === 'never' && 'The key works until you deactivate or delete it.'}
      {!Number.isNaN(end.getTime()) && (
        <>
          Expires on <Time iso={end.toISOString()} />.
        </>
      )}
      {maximumInDays !== null &&
        ` Your tenant allows at most ${maximumInDays === 1 ? '1 day' : `${maximumInDays} days`}.`}
    </>
  );
}

function presetOptions(maximumInDays: number | null): Array<{ days: number; label: string }> {
  const within = expiryPresetsInDays
    .filter((days) => maximumInDays === null || days < maximumInDays)
    .map((days) => ({ days, label: `${days} days` }));
  if (maximumInDays === null || maximumInDays < 1) return within;
  const label = `${maximumInDays} ${maximumInDays === 1 ? 'day' : 'days'} (maximum)`;
  return [...within, { days: maximumInDays, label }];
}

/** The last day that ends within the maximum. */
function latestDate(maximumInDays: number | null, now: string): string | undefined {
  if (maximumInDays === null) return undefined;
  const limit = new Date(new Date(now).getTime() + maximumInDays * dayLength);
  if (Number.isNaN(limit.getTime()) || limit.getFullYear() > 9999) return undefined;
  const date = dateOf(limit);
  const end = endOfDay(date);
  return end && end <= limit ? date : dateOf(new Date(limit.getFullYear(), limit.getMonth(), limit.getDate() - 1));
}
