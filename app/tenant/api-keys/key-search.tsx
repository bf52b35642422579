'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { PageSearch } from '@/components/page-search';
import { FormMessage } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import { addressOfKeys, type KeyListQuery, type SecretSearch, secretIn } from '@/lib/tenant-keys/schema';
import { findKeyBySecretAction } from './actions';

type KeySearchProps = { query: KeyListQuery; found: string };

/** One field for names, client IDs, owners and secrets. A secret never gets into the address: it is asked about by POST. */
export function KeySearch({ query, found }: KeySearchProps) {
  const router = useRouter();
  const { state, pending, submit } = useSubmission(async (text: string) => {
    const result = await findKeyBySecretAction(text);
    if ('clientId' in result) router.replace(addressOfKeys({ search: result.clientId }), { scroll: false });
    return result;
  });
  // It is about the text that was asked, and no longer true of another one.
  const [askedAt, setAskedAt] = useState('');
  const about = state && 'clientId' in state ? state.clientId : askedAt;
  return (
    <>
      <PageSearch
        label="Search keys"
        placeholder="Search by name, client ID or owner, or paste a secret"
        path={null}
        search={query.search}
        found={found}
        addressOf={(search) => addressOfKeys({ ...query, search, after: null, before: null })}
        divert={(text) => {
          if (!secretIn(text)) return null;
          setAskedAt(query.search.trim());
          submit(text);
          return '';
        }}
      />
      {pending && (
        <p role="status" className={noteClass}>
          Looking for the key of this secret…
        </p>
      )}
      {!pending && state && about === query.search.trim() && (
        <div className={noteClass}>
          <FormMessage tone={state.status === 'found' ? 'good' : 'warn'}>{sentences[state.status](state)}</FormMessage>
        </div>
      )}
    </>
  );
}

const noteClass = 'border-line border-b px-5 py-3 text-ink-muted max-lg:px-4';

const sentences: Record<SecretSearch['status'] | 'unreachable', (state: object) => string> = {
  found: (state) =>
    'secret' in state && state.secret === 'previous'
      ? 'This is the key of that secret. A rotation has replaced the secret; it works until the overlap ends.'
      : 'This is the key of that secret, which is its current one.',
  other_secret: () =>
    'The secret names this key, but is none of its secrets: a rotation has replaced it, or it was never one.',
  not_found: () => 'No key of your tenant has this secret.',
  malformed: () => 'This is no complete secret: its length or its checksum is wrong. Copy it again, from lk_sk_ on.',
  unreachable: () => 'Latchkey did not answer. Paste the secret again.',
};
