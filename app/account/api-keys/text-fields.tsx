'use client';

import { TextField } from '@/components/ui/field';
import type { TextLimits } from './open-dialog';

/** Characters as the server counts them: code points of the composed, trimmed text. */
function countOf(text: string): number {
  return [...text.normalize('NFC').trim()].length;
}

type TextFieldsProps = {
  limits: TextLimits;
  name: { value: string; onChange: (value: string) => void; error: string | undefined; optional?: boolean };
  description: { value: string; onChange: (value: string) => void; error: string | undefined };
};

/** Name and description, as the dialogs to create and to edit a key both ask for them. */
export function TextFields({ limits, name, description }: TextFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        {...(name.optional ? { note: 'optional' } : {})}
        placeholder={name.optional ? 'What uses this key, such as Nightly export' : undefined}
        autoComplete="off"
        value={name.value}
        onChange={(event) => name.onChange(event.target.value)}
        error={name.error ?? tooLong(name.value, limits.name)}
        {...(countOf(name.value) > limits.name - 10
          ? { aside: <Counter text={name.value} limit={limits.name} /> }
          : {})}
      />
      <TextField
        label="Description"
        note="optional"
        autoComplete="off"
        value={description.value}
        onChange={(event) => description.onChange(event.target.value)}
        error={description.error ?? tooLong(description.value, limits.description)}
        aside={<Counter text={description.value} limit={limits.description} />}
      />
    </>
  );
}

function tooLong(text: string, limit: number): string | undefined {
  const over = countOf(text) - limit;
  return over > 0 ? `${over} ${over === 1 ? 'character' : 'characters'} too many.` : undefined;
}

function Counter({ text, limit }: { text: string; limit: number }) {
  const count = countOf(text);
  return (
    <span className={`text-xs tabular-nums ${count > limit ? 'font-medium text-danger-text' : 'text-ink-faint'}`}>
      {count}/{limit}
      <span className="sr-only"> characters</span>
    </span>
  );
}
