'use client';

import { type ReactNode, useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import type { ConnectionView } from '@/lib/connections/schema';
import { ConnectionForm } from './connection-form';
import { type FormValues, valuesOfConnection, valuesOfPreset } from './form-values';
import type { Choices, DialogFrame } from './open-dialog';
import { PresetStep } from './preset-step';
import { WhatIsAsked } from './test-dialog';
import { TestStep } from './test-step';

type ConnectionDialogProps = DialogFrame & {
  /** The connection to edit; null creates one. */
  connection: ConnectionView | null;
  /** All of the tenant's: a suggested slug is none of theirs. */
  connections: ConnectionView[];
  choices: Choices;
};

type Step =
  | { name: 'preset' }
  | { name: 'form'; values: FormValues }
  | { name: 'test'; saved: { id: string; name: string; url: string } };

/** Creates a connection, or changes one; then says whether its upstream answers. */
export function ConnectionDialog({ connection, connections, choices, ...frame }: ConnectionDialogProps) {
  const [step, setStep] = useState<Step>(() =>
    connection ? { name: 'form', values: valuesOfConnection(connection) } : { name: 'preset' },
  );
  return (
    <Dialog wide title={titleOf(step, connection !== null)} description={descriptionOf(step)} {...frame}>
      {step.name === 'preset' && (
        <PresetStep
          onChoose={(preset) => setStep({ name: 'form', values: valuesOfPreset(preset, connections) })}
          onClose={frame.onClose}
        />
      )}
      {step.name === 'form' && (
        <ConnectionForm
          connection={connection}
          connections={connections}
          choices={choices}
          first={step.values}
          onBack={() => setStep({ name: 'preset' })}
          onSaved={(saved) => setStep({ name: 'test', saved })}
          onClose={frame.onClose}
        />
      )}
      {step.name === 'test' && <TestStep id={step.saved.id} onClose={frame.onClose} />}
    </Dialog>
  );
}

function titleOf(step: Step, exists: boolean): string {
  if (step.name === 'test') return exists ? 'Connection saved' : 'Connection created';
  return exists ? 'Edit connection' : 'New connection';
}

function descriptionOf(step: Step): ReactNode {
  switch (step.name) {
    case 'preset':
      return 'What do you want to call through Latchkey?';
    case 'form':
      return undefined;
    case 'test':
      return <WhatIsAsked {...step.saved} />;
  }
}
