'use client';

import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { type ButtonTone, buttonClass } from './button-class';
import type { ButtonIcon } from './row-icons';
import { reason, tip } from './tip';

type ButtonProps = ComponentProps<'button'> & {
  tone?: ButtonTone;
  icon?: ButtonIcon;
  /** The work goes on: the button keeps its place and its focus, and does nothing. */
  pending?: boolean;
  /** Why the button does nothing now. It stays reachable, so that everybody can find out. */
  refusal?: string | null | undefined;
};

export function Button({
  tone = 'secondary',
  icon: Icon,
  pending = false,
  refusal,
  className = '',
  onClick,
  children,
  type = 'button',
  ...rest
}: ButtonProps) {
  const inert = pending || Boolean(refusal);
  return (
    <button
      {...rest}
      {...(refusal && reason(refusal))}
      type={type}
      aria-disabled={inert || undefined}
      className={`${buttonClass(refusal ? 'refused' : tone)} ${pending ? 'cursor-progress' : ''} ${className}`}
      onClick={inert ? (event) => event.preventDefault() : onClick}
    >
      {pending ? (
        <LoaderCircle aria-hidden className="size-4 animate-spin" />
      ) : (
        Icon && <Icon aria-hidden className="size-4" />
      )}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  /** The accessible name. */
  label: string;
  /** What the tooltip says when nothing is refused; the name if absent. */
  hint?: string;
  icon: ButtonIcon;
  danger?: boolean;
  refusal?: string | null | undefined;
};

/** A button that shows an icon only; its tooltip says what it does, or why it does not. */
export function IconButton({
  label,
  hint = label,
  icon: Icon,
  danger = false,
  refusal,
  className = '',
  onClick,
  ...rest
}: IconButtonProps) {
  const tone = refusal
    ? 'cursor-not-allowed text-ink-faint opacity-60'
    : danger
      ? 'hover:bg-danger-wash hover:text-danger-text'
      : '';
  return (
    <button
      {...rest}
      {...(refusal ? reason(refusal) : tip(hint))}
      type="button"
      aria-label={label}
      aria-disabled={refusal ? true : undefined}
      onClick={refusal ? undefined : onClick}
      className={`icon-button ${tone} ${className}`}
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
