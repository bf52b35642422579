import { notify } from './notice';

/** Where the browser refuses to copy: marks the text, so that the reader can do it. */
export function selectText(id: string) {
  const element = document.getElementById(id);
  if (element instanceof HTMLInputElement) {
    element.focus();
    element.select();
  } else if (element) {
    getSelection()?.selectAllChildren(element);
  }
  notify('The browser did not allow copying. The text is selected: copy it with your keyboard or menu.', 'warn');
}
