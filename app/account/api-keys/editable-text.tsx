'use client';

import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { FieldError } from '@/components/ui/field';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { KeyView } from '@/lib/keys/schema';
import { editKeyAction } from './actions';
import type { EditKeyState } from './states';

type EditableTextProps = { item: KeyView; field: 'name' | 'description'; editable: boolean };

const looks = {
  name: 'font-medium text-ink leading-6',
  description: 'text-ink-muted text-xs leading-5',
};

/** A text in the table that becomes a field: by double-click, or by Enter or F2 on it. */
export function EditableText({ item, field, editable }: EditableTextProps) {
  const [editing, setEditing] = useState(false);
  const text = item[field];
  const button = useRef<HTMLButtonElement>(null);
  const refocus = useRef(false);
  useEffect(() => {
    if (editing || !refocus.current) return;
    refocus.current = false;
    button.current?.focus();
  }, [editing]);

  if (editing) {
    const stop = (byKeyboard: boolean) => {
      refocus.current = byKeyboard;
      setEditing(false);
    };
    return <TextEditor item={item} field={field} onStop={stop} />;
  }
  if (!editable) {
    return text === '' ? null : <bdi className={`block max-w-full break-words ${looks[field]}`}>{text}</bdi>;
  }
  return (
    <button
      ref={button}
      type="button"
      title="Double-click or press Enter to edit"
      onDoubleClick={() => setEditing(true)}
      // A click without a pointer is Enter or Space.
      onClick={(event) => event.detail === 0 && setEditing(true)}
      onKeyDown={(event) => event.key === 'F2' && setEditing(true)}
      className={`inline-edit ${looks[field]}`}
    >
      {text === '' ? <span className="text-ink-faint">Add a description</span> : <bdi>{text}</bdi>}
    </button>
  );
}

type TextEditorProps = { item: KeyView; field: 'name' | 'description'; onStop: (byKeyboard: boolean) => void };

function TextEditor({ item, field, onStop }: TextEditorProps) {
  const [value, setValue] = useState(item[field]);
  const errorId = useId();
  const input = useRef<HTMLInputElement>(null);
  const byKeyboard = useRef(false);
  const sent = useRef<string | null>(null);
  // What it was when the editor opened, or is said to be since: nothing else is overwritten.
  const seen = useRef(item[field]);
  const { state, pending, submit } = useSubmission(async (text: string) => {
    const result = await editKeyAction({ clientId: item.clientId, [field]: text, seen: { [field]: seen.current } });
    if (result.status === 'changed') seen.current = result.current[field] ?? seen.current;
    if (result.status === 'done') onStop(byKeyboard.current);
    return result;
  });
  useEffect(() => input.current?.select(), []);

  function save(fromKeyboard: boolean) {
    byKeyboard.current = fromKeyboard;
    if (value === item[field]) return onStop(fromKeyboard);
    // Leaving a field that was just refused does not ask the same again.
    if (!fromKeyboard && value === sent.current) return;
    sent.current = value;
    submit(value);
  }
  function onKeyDown(event: KeyboardEvent) {
    // Enter may belong to the input method that is composing a character.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onStop(true);
    if (event.key === 'Enter') save(true);
  }
  const message = state && messageOf(state, field);
  return (
    <div className="py-0.5">
      <input
        ref={input}
        aria-label={field === 'name' ? `Name of ${item.name}` : `Description of ${item.name}`}
        aria-invalid={message ? true : undefined}
        aria-describedby={message ? errorId : undefined}
        // biome-ignore lint/a11y/noAutofocus: the reader asked for it with the key or click that brought it here
        autoFocus
        autoComplete="off"
        value={value}
        readOnly={pending}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => save(false)}
        className={`-mx-1.5 w-[calc(100%+0.75rem)] rounded border bg-raised px-1.5 max-sm:text-base focus-visible:outline-offset-0 ${looks[field]} ${message ? 'border-danger' : 'border-line-strong'}`}
      />
      {message && <FieldError id={errorId}>{message}</FieldError>}
    </div>
  );
}

function messageOf(state: EditKeyState | { status: 'unreachable' }, field: 'name' | 'description') {
  switch (state.status) {
    case 'done':
      return null;
    case 'refused':
      return state.message;
    case 'changed':
      return `Meanwhile this was changed to “${state.current[field]}”. Save again to replace it.`;
    case 'unreachable':
      return unreachableMessage;
    case 'invalid':
      return state.fields[field] ?? state.fields.form ?? null;
  }
}
