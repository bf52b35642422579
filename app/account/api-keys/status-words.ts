import type { BadgeTone } from '@/components/ui/badge';
import type { KeyHint, KeyPageView, KeyView } from '@/lib/keys/schema';

export const hintTones: Record<KeyHint, BadgeTone> = {
  'Expires soon': 'warn',
  'Disabled by your administrator': 'neutral',
  'Rotate: a former owner knows the secret': 'warn',
};

/** Why Deactivate is refused for a key; null when it is not. */
export function deactivateRefusalOf(item: KeyView, view: KeyPageView): string | null {
  return view.deactivateRefusal ?? item.lastKeyRefusal;
}

/** Why Delete is refused for a key; null when it is not. */
export function deleteRefusalOf(item: KeyView, view: KeyPageView): string | null {
  if (view.editRefusal) return view.editRefusal;
  if (item.lastKeyRefusal) return item.lastKeyRefusal;
  return item.actions.includes('delete') ? null : 'You must deactivate the API Key before you can delete it.';
}
