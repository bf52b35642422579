import { givesReason, tipControlAt, tipTextOf } from './tip';

export type ShownTip = { control: Element; text: string };

/** A pointer that passes by asks nothing. */
const patience = 350;
/** Who leaves a control for a neighbour waits no longer; a hand that comes nearer to the tooltip only crosses it, however slowly. */
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
  let pointer = { x: 0, y: 0 };
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

  function point(control: Element | null, approaching = false): void {
    if (control === pointed && !approaching) return;
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
  on('pointermove', ({ pointerType, target, clientX: x, clientY: y }) => {
    if (pointerType === 'touch') return;
    const approaching = shown !== null && distanceToTooltip(x, y) < distanceToTooltip(pointer.x, pointer.y);
    pointer = { x, y };
    point(isTooltip(target) ? shown : tipControlAt(target), approaching);
  });
  document.documentElement.addEventListener('pointerleave', () => point(null), { signal: listening.signal });
  on('scroll', ({ target }) => {
    // Who came by keyboard may have been brought here by the scrolling.
    if (!shown || shown !== pointed || !(target instanceof Node && target.contains(shown))) return;
    const below = document.elementFromPoint(pointer.x, pointer.y);
    if (isTooltip(below) || tipControlAt(below) === shown) return;
    // It has moved away from under the pointer.
    pointed = null;
    close();
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

/** Pixels, squared; endless when there is none. */
function distanceToTooltip(x: number, y: number): number {
  const place = document.querySelector('[role=tooltip]')?.getBoundingClientRect();
  if (!place) return Number.POSITIVE_INFINITY;
  const dx = Math.max(place.left - x, 0, x - place.right);
  const dy = Math.max(place.top - y, 0, y - place.bottom);
  return dx * dx + dy * dy;
}
