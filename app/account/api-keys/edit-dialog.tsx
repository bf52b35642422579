'use client';

import { type FormEvent, useState } from 'react';
import { statusTones } from '@/components/status-tones';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { dateText } from '@/components/ui/date-text';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { useSubmission } from '@/components/use-submission';
import type { KeyPageView, KeyView } from '@/lib/keys/schema';
import { editKeyAction } from './actions';
import { BiasProfileField } from './bias-profile-field';
import { ExpiryField, keptExpiry, sentExpiry } from './expiry-field';
import type { DialogFrame, SwitchDialog, TextLimits } from './open-dialog';
import { ScopeField } from './scope-field';
import type { ChangedMeanwhile } from './states';
import { deactivateRefusalOf } from './status-words';
import { TextFields } from './text-fields';

type EditDialogProps = DialogFrame & {
  item: KeyView;
  view: KeyPageView;
  limits: TextLimits;
  onSwitch: SwitchDialog;
};

export function EditDialog({ item, view, limits, onSwitch, onClose, onReturnFocus }: EditDialogProps) {
  const [name, setName] = useState(item.name);
  const [description, setDescription] = useState(item.description);
  const [biasProfileId, setBiasProfileId] = useState(item.biasProfile?.id ?? null);
  const [chosen, setChosen] = useState(item.scopes);
  const [expiry, setExpiry] = useState(keptExpiry);
  // What the fields opened with, and what they are said to be since: nothing else is overwritten.
  const [seen, setSeen] = useState(() => seenOf(item));
  const { state, pending, refusal, submit } = useSubmission(async (input: object) => {
    const result = await editKeyAction(input);
    if (result.status === 'changed') setSeen({ ...seen, ...result.current });
    if (result.status === 'done') {
      notify('Key saved');
      onClose();
    }
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};
  const frozen = item.status === 'Expired';

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    // What nobody touched here is not sent: it may have changed elsewhere since.
    const chosenExpiry = sentExpiry(expiry);
    submit({
      clientId: item.clientId,
      ...(name === item.name ? {} : { name }),
      ...(description === item.description ? {} : { description }),
      ...(biasProfileId === (item.biasProfile?.id ?? null) ? {} : { biasProfileId }),
      ...(String(chosen.toSorted()) === String(item.scopes.toSorted()) ? {} : { scopes: chosen }),
      ...(chosenExpiry ? { expiry: chosenExpiry } : {}),
      seen,
    });
  }
  return (
    <Dialog
      title={view.kind === 'personal' ? 'Edit API key' : 'Edit agent API key'}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <form onSubmit={onSubmit} noValidate>
        <DialogBody>
          <StatusLine item={item} view={view} onSwitch={onSwitch} />
          <TextFields
            limits={limits}
            name={{ value: name, onChange: setName, error: fields.name }}
            description={{ value: description, onChange: setDescription, error: fields.description }}
          />
          {!frozen && (
            <>
              {view.kind === 'personal' && (
                <ExpiryField
                  value={expiry}
                  onChange={setExpiry}
                  maximumInDays={daysLeft(item, view.now)}
                  now={view.now}
                  error={fields.expiry}
                  kept={{ expiresAt: item.expiresAt }}
                />
              )}
              <BiasProfileField
                profiles={view.biasProfiles}
                chosen={biasProfileId}
                onChange={setBiasProfileId}
                error={fields.biasProfileId}
              />
              <ScopeField scopes={view.scopes} chosen={chosen} onChange={setChosen} error={fields.scopes} />
            </>
          )}
          {refusal && <FormMessage>{refusal}</FormMessage>}
          {state?.status === 'changed' && !pending && <FormMessage>{changedText(state.current, view)}</FormMessage>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" pending={pending}>
            Save
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function seenOf({ name, description, scopes, biasProfile, expiresAt }: KeyView) {
  return { name, description, scopes, biasProfileId: biasProfile?.id ?? null, expiresAt };
}

const dayLength = 24 * 60 * 60 * 1000;

/** Whole days that the policy still allows the key's secret; null = no limit. */
function daysLeft({ latestExpiry }: KeyView, now: string): number | null {
  if (latestExpiry === null) return null;
  return Math.max(0, Math.floor((new Date(latestExpiry).getTime() - new Date(now).getTime()) / dayLength));
}

/** The status, and the dialog that changes it with its own rules and confirmation. */
function StatusLine({ item, view, onSwitch }: Pick<EditDialogProps, 'item' | 'view' | 'onSwitch'>) {
  const kind = item.actions.includes('deactivate')
    ? ('deactivate' as const)
    : item.actions.includes('activate')
      ? ('activate' as const)
      : null;
  return (
    <div className="flex min-h-9 items-center justify-between gap-4">
      <span className="flex items-center gap-3">
        <span className="font-medium">Status</span>
        <Badge tone={statusTones[item.status]} dot>
          {item.status}
        </Badge>
      </span>
      {kind && (
        <Button
          refusal={kind === 'deactivate' ? deactivateRefusalOf(item, view) : view.activateRefusal}
          onClick={() => onSwitch({ kind, key: item })}
        >
          {kind === 'deactivate' ? 'Deactivate…' : 'Activate…'}
        </Button>
      )}
    </div>
  );
}

/** What somebody else made of the fields meanwhile. */
function changedText(current: ChangedMeanwhile, view: KeyPageView): string {
  const { name, description, scopes, biasProfileId, expiresAt } = current;
  const profile = view.biasProfiles.find(({ id }) => id === biasProfileId)?.name ?? 'none';
  const parts = [
    name !== undefined && `the name is “${name}”`,
    description !== undefined &&
      (description === '' ? 'the description is empty' : `the description is “${description}”`),
    scopes !== undefined && `the scopes are ${scopes.length === 0 ? 'none' : scopes.join(', ')}`,
    biasProfileId !== undefined && `the bias profile is ${profile}`,
    expiresAt !== undefined && `the expiry is ${expiresAt === null ? 'none' : dateText(new Date(expiresAt), false)}`,
  ].filter((part) => part !== false);
  return `Somebody changed this key meanwhile: now ${parts.join(', ')}. Nothing was saved. Save again to replace it with yours.`;
}
