import { Check, Copy, type LucideIcon, Pause, Pencil, Play, RefreshCw, Trash2 } from 'lucide-react';
import type { ComponentType } from 'react';

/** What a button shows: an icon of the library, or one of those below. */
export type ButtonIcon = ComponentType<{ 'aria-hidden': true; className: string }>;

const drawn: Array<{ id: string; Drawing: LucideIcon }> = [];

function drawnOnce(name: string, Drawing: LucideIcon): ButtonIcon {
  const id = `icon-${name}`;
  drawn.push({ id, Drawing });
  return function RowIcon({ className }) {
    return (
      <svg aria-hidden viewBox="0 0 24 24" className={className}>
        <use href={`#${id}`} />
      </svg>
    );
  };
}

// Of the buttons that tables repeat in every row: each would be a quarter of its row.
export const CheckIcon = drawnOnce('check', Check);
export const CopyIcon = drawnOnce('copy', Copy);
export const PauseIcon = drawnOnce('pause', Pause);
export const PencilIcon = drawnOnce('pencil', Pencil);
export const PlayIcon = drawnOnce('play', Play);
export const RotateIcon = drawnOnce('rotate', RefreshCw);
export const TrashIcon = drawnOnce('trash', Trash2);

/** The drawings that they refer to: once in every page. */
export function RowIconDrawings() {
  return (
    <svg aria-hidden className="hidden">
      {drawn.map(({ id, Drawing }) => (
        <Drawing key={id} id={id} />
      ))}
    </svg>
  );
}
