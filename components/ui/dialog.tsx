'use client';

import * as Primitive from '@radix-ui/react-dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

type DialogProps = {
  title: string;
  /** One or two sentences below the title; what a screen reader reads first. */
  description?: ReactNode;
  /** Asks for confirmation of something that hurts. */
  alert?: boolean;
  wide?: boolean;
  /** The close button, Escape, or a click outside. Whoever wants to stay open does nothing. */
  onClose: () => void;
  /** Gives the focus back to whatever opened the dialog. */
  onReturnFocus: () => void;
  children: ReactNode;
};

/** A modal dialog; open while it is rendered. */
export function Dialog({
  title,
  description,
  alert = false,
  wide = false,
  onClose,
  onReturnFocus,
  children,
}: DialogProps) {
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 grid animate-appear overflow-y-auto bg-scrim max-sm:items-end sm:place-items-center sm:p-6">
          <Primitive.Content
            role={alert ? 'alertdialog' : 'dialog'}
            {...(description ? {} : { 'aria-describedby': undefined })}
            onCloseAutoFocus={(event) => {
              event.preventDefault();
              onReturnFocus();
            }}
            className={`relative w-full animate-rise border border-line bg-raised shadow-float max-sm:rounded-t-2xl max-sm:border-x-0 max-sm:border-b-0 sm:rounded-2xl ${wide ? 'sm:max-w-[38rem]' : 'sm:max-w-[28rem]'} focus:outline-none`}
          >
            <div className="px-6 pt-5 max-sm:px-4">
              <Primitive.Title className="pr-10 font-semibold text-base text-ink tracking-[-0.01em] [overflow-wrap:anywhere]">
                {title}
              </Primitive.Title>
              {description && (
                <Primitive.Description asChild>
                  <div className="mt-1 break-words text-ink-muted">{description}</div>
                </Primitive.Description>
              )}
            </div>
            {children}
            <Primitive.Close
              aria-label="Close"
              className="absolute top-3.5 right-3.5 inline-flex size-8 max-sm:size-11 items-center justify-center rounded-md text-ink-faint transition-colors hover:bg-sunken hover:text-ink max-sm:top-2 max-sm:right-2"
            >
              <X aria-hidden className="size-4" />
            </Primitive.Close>
          </Primitive.Content>
        </Primitive.Overlay>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** What is between title and buttons; with nothing in it, the distance of the two. */
export function DialogBody({ children }: { children: ReactNode }) {
  return <div className="space-y-4 px-6 pt-4 pb-6 empty:h-5 empty:p-0 max-sm:px-4">{children}</div>;
}

/** The buttons of a dialog: at the right, the most important one last; on phones stacked, that one first. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return (
    <div className="flex justify-end gap-2 border-line border-t px-6 py-4 max-sm:flex-col-reverse max-sm:px-4">
      {children}
    </div>
  );
}
