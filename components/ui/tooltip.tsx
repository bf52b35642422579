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
        onClick={(event) => {
          if (!stays) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {children}
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-64 animate-appear rounded-md bg-tip px-2.5 py-1.5 font-medium text-tip-ink text-xs shadow-float"
        >
          {text}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
