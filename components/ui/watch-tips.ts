import { givesReason, tipControlAt, tipTextOf } from './tip';

export type ShownTip = { control: Element; text: string };

/** A pointer that passes by asks nothing. */
const patience = 350;
/** A hand on its way from the control to the tooltip may cross a neighbour. */
const transit = 150;
/** Whoever comes from another tooltip does not wait again. */
const memory = 300;

/**
 * Follows pointer, focus and keys on the whole page, and says which tooltip is to be shown, null for none. It closes by
 * Escape, which then closes nothing else, and stays while the pointer is on it (WCAG 1.4.13).
 * @returns ends it
 */
export function watchTips(show: (tip: ShownTip | null) => void): () => void {
  let shown: Element | null = null;
  let pointed: Element | null = null;
  let closedAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A control may lose its reason, or the page the control, while the tooltip is open.
  const changes = new MutationObserver(() => open(shown));
  const watched = { subtree: true, childList: true, attributeFilter: ['data-tip', 'aria-description'] };

  function open(control: Element | null): void {
    clearTimeout(timer);
    const text = control && tipTextOf(control);
    if (!control || !text) {
      close();
      return;
    }
    if (!shown) changes.observe(document, watched);
    shown = control;
    show({ control, text });
  }

  function close(): void {
    clearTimeout(timer);
    if (!shown) return;
    changes.disconnect();
    closedAt = performance.now();
    shown = null;
    show(null);
  }

  function point(control: Element | null): void {
    if (control === pointed) return;
    pointed = control;
    clearTimeout(timer);
    // Who came by keyboard is still there when the pointer has passed by.
    if (control === shown || (!control && shown?.matches(':focus-visible'))) return;
    const wait = shown ? transit : performance.now() - closedAt < memory ? 0 : patience;
    timer = setTimeout(() => open(control), wait);
  }

  const listening = new AbortController();
  function on<Name extends keyof DocumentEventMap>(name: Name, listener: (event: DocumentEventMap[Name]) => void) {
    document.addEventListener(name, listener, { capture: true, signal: listening.signal });
  }
  // Not `pointerover`: what comes to lie below a pointer at rest was not asked.
  on('pointermove', ({ pointerType, target }) => {
    if (pointerType !== 'touch') point(isTooltip(target) ? shown : tipControlAt(target));
  });
  document.documentElement.addEventListener('pointerleave', () => point(null), { signal: listening.signal });
  on('scroll', ({ target }) => {
    // It has moved away from under the pointer. Who came by keyboard may have been brought here by the scrolling.
    if (shown && shown === pointed && target instanceof Node && target.contains(shown)) close();
  });
  on('pointerdown', ({ target }) => {
    const control = tipControlAt(target);
    if (!isTooltip(target) && !(control && givesReason(control))) close();
  });
  on('click', ({ target }) => {
    const control = tipControlAt(target);
    if (control && givesReason(control)) open(control);
    else if (!isTooltip(target)) close();
  });
  on('focusin', ({ target }) => {
    // Focus that a closing dialog gives back after a click is no question about the button.
    if (target instanceof Element && target.matches(':focus-visible') && tipControlAt(target)) {
      open(tipControlAt(target));
    }
  });
  on('focusout', ({ target }) => {
    const left = tipControlAt(target);
    // Only once the focus has arrived elsewhere: a dialog that loses a child while nothing has the focus takes it.
    if (left && left === shown) setTimeout(() => left === shown && !left.contains(document.activeElement) && close());
  });
  // On the window, so that it comes before the dialog's own listener, which would close the dialog.
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || !shown) return;
      event.stopPropagation();
      close();
    },
    { capture: true, signal: listening.signal },
  );
  return () => {
    listening.abort();
    close();
  };
}

function isTooltip(place: EventTarget | null): boolean {
  return place instanceof Element && place.closest('[role=tooltip]') !== null;
}
