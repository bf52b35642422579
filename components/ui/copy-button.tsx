'use client';

import { useEffect, useState } from 'react';
import { IconButton } from './button';
import { announce } from './notice';
import { CheckIcon, CopyIcon } from './row-icons';

type CopyButtonProps = {
  /** The accessible name, such as `Copy client ID`. */
  label: string;
  /** What is announced afterwards. It must not contain what was copied. */
  done: string;
  text: string;
  hint?: string;
  onCopied?: () => void;
  /** The browser did not allow it: the caller shows the text selected, so that the reader can copy it. */
  onFailed: () => void;
  className?: string;
};

export function CopyButton({ label, done, text, hint = 'Copy', onCopied, onFailed, className = '' }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      onFailed();
      return;
    }
    setCopied(true);
    announce(done);
    onCopied?.();
  }
  return (
    <IconButton
      label={label}
      hint={hint}
      icon={copied ? CheckIcon : CopyIcon}
      className={`${copied ? 'text-good-text' : ''} ${className}`}
      onClick={copy}
    />
  );
}
