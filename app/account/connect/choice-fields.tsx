'use client';

import { Field } from '@/components/ui/field';
import { RadioGroup } from '@/components/ui/radio-group';
import { Select } from '@/components/ui/select';
import type { Shell, Surface } from '@/lib/connections/commands';
import type { Choices, ConnectionChoice, Selection } from './selection';

type ChoiceFieldsProps = {
  selection: Selection;
  choices: Choices;
  /** Whether the connection is given. */
  fixed: boolean;
  /** By the name of its parameter in the address. */
  onChoose: (name: string, value: string) => void;
};

const surfaceOptions: Array<{ value: Surface; label: string }> = [
  { value: 'rest', label: 'REST API' },
  { value: 'cli', label: 'CLI' },
];
const shellOptions: Array<{ value: Shell; label: string; help?: string }> = [
  { value: 'bash', label: 'bash', help: 'or zsh' },
  { value: 'powershell', label: 'PowerShell', help: 'on Windows' },
];

export function ChoiceFields({ selection, choices, fixed, onChoose }: ChoiceFieldsProps) {
  const { connection, key, surface, shell, model } = selection;
  return (
    <>
      {!fixed && (
        <Field label="Connection">
          {(attributes) => (
            <Select
              {...attributes}
              value={connection?.slug ?? ''}
              onChange={(event) => onChoose('connection', event.target.value)}
            >
              <option value="">The plain API</option>
              <ConnectionGroup label="LLM providers" kind="llm_provider" connections={choices.connections} />
              <ConnectionGroup label="Workflows" kind="workflow" connections={choices.connections} />
            </Select>
          )}
        </Field>
      )}
      {connection && connection.models.length > 0 && (
        <Field label="Model">
          {(attributes) => (
            <Select {...attributes} value={model} onChange={(event) => onChoose('model', event.target.value)}>
              {connection.models.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {key && (
        <Field label="Key">
          {(attributes) => (
            <Select {...attributes} value={key.clientId} onChange={(event) => onChoose('key', event.target.value)}>
              <KeyGroup label="Your keys" kind="personal" keys={choices.keys} />
              <KeyGroup label="Agent keys" kind="agent" keys={choices.keys} />
            </Select>
          )}
        </Field>
      )}
      <RadioGroup
        label="Call with"
        value={surface}
        onChange={(value) => onChoose('as', value)}
        options={surfaceOptions}
      />
      <RadioGroup label="Shell" value={shell} onChange={(value) => onChoose('shell', value)} options={shellOptions} />
    </>
  );
}

type ConnectionGroupProps = { label: string; kind: ConnectionChoice['kind']; connections: ConnectionChoice[] };

function ConnectionGroup({ label, kind, connections }: ConnectionGroupProps) {
  const ofKind = connections.filter((connection) => connection.kind === kind);
  if (ofKind.length === 0) return null;
  return (
    <optgroup label={label}>
      {ofKind.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name === slug ? name : `${name} (${slug})`}
        </option>
      ))}
    </optgroup>
  );
}

function KeyGroup({ label, kind, keys }: { label: string; kind: 'personal' | 'agent'; keys: Choices['keys'] }) {
  const ofKind = keys.filter((key) => key.kind === kind);
  if (ofKind.length === 0) return null;
  return (
    <optgroup label={label}>
      {ofKind.map(({ clientId, name }) => (
        <option key={clientId} value={clientId}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}
