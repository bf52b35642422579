'use client';

import type { KeySelection } from './use-selection';

const linkClass =
  'rounded-sm font-medium text-accent-text underline decoration-accent-text/40 underline-offset-2 hover:decoration-accent-text';

/** What is selected, beyond what the eye sees of it. */
export function SelectionBar({ selection, countText }: { selection: KeySelection; countText: string }) {
  const { chosen, page, beyondPage, selectMatching, clear } = selection;
  return (
    <div role="status">
      {chosen && (
        <p className="flex flex-wrap gap-x-3 gap-y-1 border-line border-b bg-accent-wash px-5 py-2.5 max-lg:px-4">
          <span>
            {chosen.kind === 'matching'
              ? `All that match are selected (${countText.replace(' found', '')}), whatever their page. Those that cannot be revoked are left out.`
              : selectedText(chosen.clientIds.length)}
          </span>
          {chosen.kind === 'keys' && page.all && beyondPage && (
            <button type="button" className={linkClass} onClick={selectMatching}>
              Select all that match
            </button>
          )}
          <button type="button" className={linkClass} onClick={clear}>
            Clear selection
          </button>
        </p>
      )}
    </div>
  );
}

function selectedText(count: number): string {
  return count === 1 ? '1 key is selected.' : `${count.toLocaleString('en')} keys are selected.`;
}
