'use client';

import { useState } from 'react';
import type { KeyFilter, KeyListQuery, TenantKeysView, TenantKeyView } from '@/lib/tenant-keys/schema';

/** Which keys are to be revoked: some by name, or all that match the filter, wherever they are listed. */
export type Chosen = { kind: 'keys'; clientIds: string[] } | { kind: 'matching'; filter: KeyFilter };

export type KeySelection = {
  chosen: Chosen | null;
  isSelected: (key: TenantKeyView) => boolean;
  select: (key: TenantKeyView, selected: boolean) => void;
  /** All keys of the page that can be revoked. */
  page: { all: boolean; some: boolean; size: number; select: (selected: boolean) => void };
  /** Whether further keys match that are not on this page, and so could be selected with it. */
  beyondPage: boolean;
  selectMatching: () => void;
  clear: () => void;
};

export function isRevocable({ status }: TenantKeyView): boolean {
  return status === 'Active' || status === 'Inactive';
}

/** What is selected on the page. It lives as long as the filter: turning pages adds to it, searching for something else ends it. */
export function useSelection(view: TenantKeysView, { search, status, risk }: KeyListQuery): KeySelection {
  const filter: KeyFilter = { search: search.trim(), status, risk };
  const place = JSON.stringify(filter);
  const [state, setState] = useState<{ place: string; keys: ReadonlySet<string>; matching: boolean }>({
    place,
    keys: new Set(),
    matching: false,
  });
  const { keys, matching } = state.place === place ? state : { keys: new Set<string>(), matching: false };
  const revocable = view.keys.filter(isRevocable).map(({ clientId }) => clientId);
  const set = (next: ReadonlySet<string>) => setState({ place, keys: next, matching: false });
  const all = matching || (revocable.length > 0 && revocable.every((clientId) => keys.has(clientId)));

  function change(clientIds: string[], selected: boolean) {
    // From "all that match" on, taking one out means: those of this page, but that one.
    const next = new Set(matching ? revocable : keys);
    for (const clientId of clientIds) selected ? next.add(clientId) : next.delete(clientId);
    set(next);
  }
  const some = matching || keys.size > 0;
  return {
    chosen: matching ? { kind: 'matching', filter } : keys.size > 0 ? { kind: 'keys', clientIds: [...keys] } : null,
    isSelected: (key) => isRevocable(key) && (matching || keys.has(key.clientId)),
    select: (key, selected) => change([key.clientId], selected),
    page: {
      all,
      some,
      size: revocable.length,
      select: (selected) => (selected ? change(revocable, true) : matching ? set(new Set()) : change(revocable, false)),
    },
    beyondPage: view.before !== null || view.after !== null,
    selectMatching: () => setState({ place, keys: new Set(), matching: true }),
    clear: () => set(new Set()),
  };
}
