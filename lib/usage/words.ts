import { countText, type FirstRequest, type RefusalReason, type Refusals } from './schema';

type RefusalWords = {
  /** Behind a number: `3 wrong secret`. */
  label: string;
  /** Behind `A call was refused:`. */
  cause: string;
  /** What the reader can do about it. */
  advice: string;
};

export const refusalWords: Record<RefusalReason, RefusalWords> = {
  invalid_credential: {
    label: 'wrong secret',
    cause: 'the client secret was wrong.',
    advice: 'Copy it again, from the first character to the last.',
  },
  key_revoked: {
    label: 'key revoked',
    cause: 'an administrator revoked the key.',
    advice: 'Create another one.',
  },
  key_expired: { label: 'key expired', cause: 'the key has expired.', advice: 'Create another one.' },
  key_inactive: { label: 'key inactive', cause: 'the key is inactive.', advice: 'Activate it.' },
  api_keys_disabled: {
    label: 'API keys switched off',
    cause: 'API keys are switched off.',
    advice: 'Ask your administrator.',
  },
  owner_disabled: { label: 'owner disabled', cause: 'its owner is disabled.', advice: 'Ask your administrator.' },
  insufficient_scope: {
    label: 'missing scope',
    cause: 'the key lacks a scope that the call needs.',
    advice: 'Edit the key and add the scope.',
  },
  rate_limited: {
    label: 'rate limit',
    cause: 'there were more calls than the rate limit allows.',
    advice: 'Wait a minute and call again.',
  },
};

/** `2 wrong secret, 1 key inactive` */
export function refusalsText(refusals: Refusals): string {
  return refusals.map(({ reason, requests }) => `${countText(requests)} ${refusalWords[reason].label}`).join(', ');
}

/**
 * Why the latest refused call was refused. Counts carry no times within the hour, so it is the reason whose count grew
 * since the answer before; when several did, or none was there before, the most frequent of them.
 * @param known what was said before; kept while no count grows
 */
export function latestRefusal(
  before: FirstRequest | null,
  now: FirstRequest,
  known: RefusalReason | null,
): RefusalReason | null {
  const countBefore = (reason: RefusalReason) =>
    before?.refusals.find((refusal) => refusal.reason === reason)?.requests ?? 0;
  const grown = now.refusals.find(({ reason, requests }) => requests > countBefore(reason));
  return grown?.reason ?? known;
}
