/*
 * What a control says of itself, as attributes: a table has hundreds of them, and `Tooltips` shows one at a time.
 */

/** Says what a control does, to the pointer and the keyboard. Its accessible name says so already. */
export function tip(text: string) {
  return { 'data-tip': text };
}

/**
 * Says more than the name does, mostly why a control does nothing now: also to a click or a tap, and to screen readers
 * always, because who reads a page with one never hovers and need not move the focus.
 */
export function reason(text: string) {
  return { 'data-tip': '', 'aria-description': text };
}

/** The control with a tooltip at this place of the page. */
export function tipControlAt(place: EventTarget | null): Element | null {
  return place instanceof Element ? place.closest('[data-tip]') : null;
}

export function givesReason(control: Element): boolean {
  return control.getAttribute('data-tip') === '';
}

/** Null when the control has no tooltip any more, or is gone. */
export function tipTextOf(control: Element): string | null {
  if (!control.isConnected) return null;
  return control.getAttribute('data-tip') || control.getAttribute('aria-description');
}
