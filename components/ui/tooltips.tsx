'use client';

import { autoUpdate, computePosition, flip, offset, shift } from '@floating-ui/dom';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { type ShownTip, watchTips } from './watch-tips';

/** The one tooltip of the page, for every control that has the attributes of `tip` or `reason`. */
export function Tooltips() {
  const [shown, setShown] = useState<ShownTip | null>(null);
  useEffect(() => watchTips(setShown), []);
  if (!shown) return null;
  // Inside the landmark or dialog that it belongs to: everything around a dialog is hidden from screen readers.
  const place = shown.control.closest('[role=dialog], [role=alertdialog], main') ?? document.body;
  return createPortal(<Tooltip {...shown} />, place);
}

const margin = 6;

function Tooltip({ control, text }: ShownTip) {
  const tooltip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const floating = tooltip.current;
    if (!floating) return;
    return autoUpdate(control, floating, async () => {
      const { x, y } = await computePosition(control, floating, {
        strategy: 'fixed',
        placement: 'top',
        middleware: [offset(margin), flip({ padding: 8 }), shift({ padding: 8 })],
      });
      Object.assign(floating.style, { left: `${x}px`, top: `${y}px` });
    });
  }, [control]);
  return (
    <div
      ref={tooltip}
      role="tooltip"
      // What is transparent above and below lets the pointer come over from the control.
      className="fixed top-0 left-0 z-50 w-max max-w-64 animate-appear before:absolute before:inset-x-0 before:-inset-y-1.5 before:-z-10"
    >
      <div className="whitespace-normal rounded-md bg-tip px-2.5 py-1.5 text-left font-medium font-sans text-tip-ink text-xs shadow-float">
        {text}
      </div>
    </div>
  );
}
