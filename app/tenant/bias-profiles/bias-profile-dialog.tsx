'use client';

import { type FormEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage, TextField } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { useSubmission } from '@/components/use-submission';
import type { BiasProfileTexts, BiasProfileUse } from '@/lib/bias-profiles/schema';
import { formatSettings, readSettings } from '@/lib/bias-profiles/settings';
import { createBiasProfileAction, editBiasProfileAction } from './actions';
import { ChangedMeanwhile } from './changed-meanwhile';
import type { DialogFrame } from './open-dialog';
import { SettingsField } from './settings-field';

/** The profile to edit; null creates one. */
type BiasProfileDialogProps = DialogFrame & { profile: BiasProfileUse | null };

const nothing: BiasProfileTexts = { name: '', description: '', settings: '{}' };

/** Creates a bias profile, or changes one. */
export function BiasProfileDialog({ profile, onClose, onReturnFocus }: BiasProfileDialogProps) {
  // What the page showed when the dialog opened, and what somebody else has made of it since.
  const [seen, setSeen] = useState<BiasProfileTexts>(() => textsOf(profile ?? nothing));
  const [name, setName] = useState(seen.name);
  const [description, setDescription] = useState(seen.description);
  const [settings, setSettings] = useState(() => formatSettings(seen.settings));
  const textarea = useRef<HTMLTextAreaElement>(null);
  const { state, pending, refusal, submit } = useSubmission(async (input: BiasProfileTexts) => {
    const result = await (profile
      ? editBiasProfileAction({ id: profile.id, ...input, seen })
      : createBiasProfileAction(input));
    if (result.status === 'saved') {
      notify(profile ? 'Bias profile saved' : 'Bias profile created');
      onClose();
    }
    if (result.status === 'changed') setSeen({ ...seen, ...result.current });
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const reading = readSettings(settings);
    if (reading.status === 'valid') return submit({ name, description, settings });
    textarea.current?.focus();
    if (reading.offset !== null) textarea.current?.setSelectionRange(reading.offset, reading.offset + 1);
  }
  return (
    <Dialog
      wide
      title={profile ? 'Edit bias profile' : 'New bias profile'}
      description={profile ? usedBy(profile.keys) : undefined}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <form onSubmit={onSubmit} noValidate>
        <DialogBody>
          <TextField
            label="Name"
            autoComplete="off"
            placeholder="Careful"
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={fields.name}
          />
          <TextField
            label="Description"
            note="optional"
            autoComplete="off"
            placeholder="Answers that repeat, without invention"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
            help="What it is for, for whoever chooses it."
            error={fields.description}
          />
          <SettingsField value={settings} onChange={setSettings} error={fields.settings} ref={textarea} />
          {state?.status === 'changed' && !pending && <ChangedMeanwhile current={state.current} />}
          {refusal && <FormMessage>{refusal}</FormMessage>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" pending={pending}>
            {profile ? 'Save' : 'Create bias profile'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function textsOf({ name, description, settings }: BiasProfileTexts): BiasProfileTexts {
  return { name, description, settings };
}

function usedBy(keys: number): string {
  if (keys === 0) return 'No key uses it.';
  const subject = keys === 1 ? '1 key uses' : `${keys.toLocaleString('en')} keys use`;
  return `${subject} it: a change reaches your services with the next request.`;
}
