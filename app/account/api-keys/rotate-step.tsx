'use client';

import { type FormEvent, useState } from 'react';
import { CheckboxField } from '@/components/ui/checkbox';
import { DialogBody } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { RadioGroup } from '@/components/ui/radio-group';
import { Time } from '@/components/ui/time';
import type { KeyPageView, KeyView, Overlap } from '@/lib/keys/schema';
import { ExpiryField, keptExpiry, sentExpiry } from './expiry-field';
import { useIdempotencyValue } from './idempotency-value';
import { KeyImpact } from './key-traffic';
import type { MintAnswer } from './mint-dialog';
import { MintFooter } from './mint-footer';
import { OverlapMeter } from './overlap-meter';
import type { NotRotated } from './states';

type RotateStepProps = {
  item: KeyView;
  view: KeyPageView;
  state: MintAnswer<NotRotated> | null;
  pending: boolean;
  onSubmit: (input: unknown) => void;
  onClose: () => void;
  onRetire: () => void;
};

const hour = 60 * 60 * 1000;
const choices: Array<{ value: Overlap; label: string; length: number }> = [
  { value: 'none', label: 'Immediately', length: 0 },
  { value: '1h', label: '1 h', length: hour },
  { value: '24h', label: '24 h', length: 24 * hour },
  { value: '7d', label: '7 days', length: 7 * 24 * hour },
];

export function RotateStep({ item, view, state, pending, onSubmit, onClose, onRetire }: RotateStepProps) {
  const inactive = item.status === 'Inactive';
  const [overlap, setOverlap] = useState<Overlap>(inactive ? 'none' : '24h');
  const [leaked, setLeaked] = useState(false);
  const [endOlder, setEndOlder] = useState(false);
  const [expiry, setExpiry] = useState(keptExpiry);
  const idempotencyValue = useIdempotencyValue();

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = sentExpiry(expiry);
    onSubmit({
      clientId: item.clientId,
      overlap,
      leaked,
      endOlder,
      ...(chosen ? { expiry: chosen } : {}),
      idempotencyValue,
    });
  }
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};
  const finished = state?.status === 'already_rotated';
  return (
    <form onSubmit={submit} noValidate>
      <DialogBody>
        <KeyImpact item={item} />
        {item.overlap && <OverlapMeter item={item} overlap={item.overlap} now={view.now} onRetire={onRetire} />}
        {inactive ? (
          <p className="text-ink-muted">The key stays Inactive, so its old secret ends at once.</p>
        ) : (
          !leaked && (
            <RadioGroup
              label="The old secret ends"
              value={overlap}
              onChange={setOverlap}
              options={choices.map((choice) => ({ ...choice, help: <End {...choice} item={item} now={view.now} /> }))}
            />
          )
        )}
        <CheckboxField
          label="It leaked"
          help="The old secret is refused at once, the leak is recorded, and your administrators are told."
          checked={leaked}
          onCheckedChange={(checked) => setLeaked(checked === true)}
        />
        {item.overlap && !leaked && (
          <CheckboxField
            label="End the older secret with this rotation"
            help="A key has at most two secrets that work: the new one, and one that it replaced."
            checked={endOlder}
            onCheckedChange={(checked) => setEndOlder(checked === true)}
          />
        )}
        <ExpiryField
          value={expiry}
          onChange={setExpiry}
          maximumInDays={view.maximumExpirationInDays}
          now={view.now}
          error={fields.expiry}
          kept={{ expiresAt: keptUntil(item, view) }}
        />
        {state && !pending && <Answer state={state} />}
      </DialogBody>
      <MintFooter button="Rotate" pending={pending} finished={finished} onClose={onClose} />
    </form>
  );
}

/** When the old secret ends: never past the key's expiry. */
function End({ value, length, item, now }: { value: Overlap; length: number; item: KeyView; now: string }) {
  if (value === 'none') return null;
  const time = new Date(now).getTime() + length;
  const expiry = item.expiresAt === null ? Number.POSITIVE_INFINITY : new Date(item.expiresAt).getTime();
  return (
    <>
      <Time iso={new Date(Math.min(time, expiry)).toISOString()} precise />
      {expiry < time && ', when the key expires'}
    </>
  );
}

/** The expiry that stays, but for what the policy allows a new secret. */
function keptUntil(item: KeyView, view: KeyPageView): string | null {
  const { maximumExpirationInDays, now } = view;
  if (maximumExpirationInDays === null) return item.expiresAt;
  const latest = new Date(new Date(now).getTime() + maximumExpirationInDays * 24 * hour);
  if (Number.isNaN(latest.getTime())) return item.expiresAt;
  return item.expiresAt !== null && new Date(item.expiresAt) < latest ? item.expiresAt : latest.toISOString();
}

function Answer({ state }: { state: MintAnswer<NotRotated> }) {
  switch (state.status) {
    case 'refused':
      return <FormMessage>{state.message}</FormMessage>;
    case 'unreachable':
      return (
        <FormMessage>
          Latchkey could not be reached. What you chose is kept: press Rotate again, it will not rotate twice.
        </FormMessage>
      );
    case 'already_rotated':
      return (
        <FormMessage>
          This key was rotated and its new secret was sent once. Rotate it again to get another.
        </FormMessage>
      );
    case 'invalid': {
      const message = state.fields.form ?? state.fields.overlap;
      return message ? <FormMessage>{message}</FormMessage> : null;
    }
    default:
      return null;
  }
}
