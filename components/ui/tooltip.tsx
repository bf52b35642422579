'use client';

import * as Primitive from 'radix-ui/tooltip';
import { type ReactElement, type ReactNode, useState } from 'react';

export function TooltipProvider({ children }: { children: ReactNode }) {
  return <Primitive.Provider delayDuration={350}>{children}</Primitive.Provider>;
}

type TooltipProps = {
  text: string;
  /** Stay open after a click or a tap: for controls that answer a click with nothing but their reason. */
  stays?: boolean;
  children: ReactElement;
};

/** Says what a control does, or why it does not, to pointer, keyboard and screen reader. */
export function Tooltip({ text, stays = false, children }: TooltipProps) {
  const [open, setOpen] = useState(false);
  return (
    <Primitive.Root open={open} onOpenChange={setOpen}>
      <Primitive.Trigger
        asChild
        onFocus={(event) => {
          // Focus that a closing dialog gives back after a click is no question about the button.
          if (!event.currentTarget.matches(':focus-visible')) event.preventDefault();
        }}
        onBlur={(event) => {
          // Only once the focus has arrived elsewhere: a dialog that loses a child while nothing has the focus takes it.
          event.preventDefault();
          setTimeout(() => setOpen(false));
        }}
        onClick={(event) => {
          if (!stays) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {children}
      </Primitive.Trigger>
      {/* Without a portal: its position is fixed anyway, and so it stays inside the landmark or dialog it belongs to. */}
      <Primitive.Content
        sideOffset={6}
        collisionPadding={8}
        className="z-50 max-w-64 animate-appear whitespace-normal rounded-md bg-tip px-2.5 py-1.5 text-left font-medium font-sans text-tip-ink text-xs shadow-float"
      >
        {text}
      </Primitive.Content>
    </Primitive.Root>
  );
}
