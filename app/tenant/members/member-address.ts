type Place = { search: string; after?: string | null; before?: string | null };

/** The address of the members page that shows this. */
export function addressOf({ search, after, before }: Place): string {
  const parameters = new URLSearchParams();
  if (search.trim()) parameters.set('search', search);
  if (after) parameters.set('after', after);
  if (before) parameters.set('before', before);
  const text = parameters.toString();
  return text ? `/tenant/members?${text}` : '/tenant/members';
}
