'use client';

import { ChevronRight } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { type Preset, presets } from '@/lib/connections/presets';
import { hostOf } from './words';

type PresetStepProps = { onChoose: (preset: Preset) => void; onClose: () => void };

/** What fills in the form that follows. */
export function PresetStep({ onChoose, onClose }: PresetStepProps) {
  return (
    <>
      <DialogBody>
        <ul className="grid gap-2 sm:grid-cols-2">
          {presets.map((preset) => (
            <li key={preset.id} className="last:sm:col-span-2">
              <button
                type="button"
                aria-labelledby={`preset-${preset.id}`}
                aria-describedby={`preset-${preset.id}-hint`}
                onClick={() => onChoose(preset)}
                className="flex h-full min-h-14 w-full items-center justify-between gap-3 rounded-lg border border-line-strong bg-raised px-3 py-2 text-left shadow-soft transition-colors hover:border-accent-text hover:bg-accent-wash"
              >
                <span className="min-w-0">
                  <span id={`preset-${preset.id}`} className="block font-medium">
                    {preset.label}
                  </span>
                  <span
                    id={`preset-${preset.id}-hint`}
                    className="block text-ink-muted text-xs leading-5 [overflow-wrap:anywhere]"
                  >
                    {hintOf(preset)}
                  </span>
                </span>
                <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-faint" />
              </button>
            </li>
          ))}
        </ul>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
      </DialogFooter>
    </>
  );
}

function hintOf({ kind, url }: Preset): string {
  if (kind === 'workflow') return 'One URL with one method, such as an automation’s webhook';
  return url === '' ? 'Your own base URL' : hostOf(url).replace('{resource}', 'your-resource');
}
