import { dateOf, endOfDay } from '@/components/local-date';
import { dateText } from '@/components/ui/date-text';
import type { KeyDecision, OffboardingReview, OffboardMemberInput, ReviewedKey } from '@/lib/offboarding/schema';

export type Mode = OffboardMemberInput['mode'];

/** What the form holds for one key; what was entered for a decision is kept while another one is looked at. */
export type Choice = {
  decision: KeyDecision['decision'];
  /** As the date input spells it. */
  date: string;
  receiver: string;
  /** Of the agent key; null: the key's own. */
  name: string | null;
};

/** Nothing keeps working by itself, but what a former review kept. */
export function firstChoice(key: ReviewedKey, now: string): Choice {
  const kept = key.keptUntil !== null && key.keptUntil > now ? new Date(key.keptUntil) : null;
  return { decision: kept ? 'keep' : 'stop', date: kept ? dateOf(kept) : '', receiver: '', name: null };
}

export function sentDecision(key: ReviewedKey, { decision, date, receiver, name }: Choice) {
  const { clientId } = key;
  switch (decision) {
    case 'keep':
      return { clientId, decision, until: endOfDay(date)?.toISOString() ?? '' };
    case 'hand_over':
      return { clientId, decision, receiver };
    case 'make_agent':
      return { clientId, decision, name: name ?? key.name };
    default:
      return { clientId, decision };
  }
}

/** When a key stops that is kept until the end of that day: its own expiry may come first. Null without a date. */
export function endOfKeeping(key: ReviewedKey, date: string): Date | null {
  const end = endOfDay(date);
  const expiry = key.expiresAt ? new Date(key.expiresAt) : null;
  return end && expiry && expiry < end ? expiry : end;
}

/** All that happens on the click, in one or two sentences. */
export function summaryOf(review: OffboardingReview, mode: Mode, choiceOf: (key: ReviewedKey) => Choice): string {
  return [personSentence(review, mode), keysSentence(review.keys, choiceOf)].filter(Boolean).join(' ');
}

function personSentence({ member }: OffboardingReview, mode: Mode): string {
  const who = member.self ? 'You' : member.email;
  const is = member.self ? 'are' : 'is';
  if (mode === 'disable') return `${who} ${is} signed out everywhere at once and cannot sign in.`;
  const leaves = member.self ? 'are removed' : 'is removed';
  return member.disabled ? `${who} ${leaves}.` : `${who} ${is} signed out everywhere at once and ${leaves}.`;
}

const order: Array<Choice['decision']> = ['stop', 'keep', 'hand_over', 'make_agent', 'revoke'];

function keysSentence(keys: ReviewedKey[], choiceOf: (key: ReviewedKey) => Choice): string {
  const fates = new Map<string, { one: string; many: string; count: number }>();
  const rank = (key: ReviewedKey) => order.indexOf(choiceOf(key).decision) * 2 + Number(key.status === 'Inactive');
  for (const key of [...keys].sort((left, right) => rank(left) - rank(right))) {
    const fate = fateOf(key, choiceOf(key));
    const known = fates.get(fate.one);
    fates.set(fate.one, { ...fate, count: (known?.count ?? 0) + 1 });
  }
  const parts = [...fates.values()].map(({ one, many, count }, index) => {
    const noun = index > 0 ? '' : count === 1 ? ' key' : ' keys';
    return `${count}${noun} ${count === 1 ? one : many}`;
  });
  return parts.length > 0 ? `${parts.join(', ')}.` : '';
}

/** What becomes of a key, said of one and of several. */
function fateOf(key: ReviewedKey, { decision, date, receiver }: Choice): { one: string; many: string } {
  const inactive = key.status === 'Inactive';
  switch (decision) {
    case 'stop':
      return inactive
        ? { one: 'stays inactive', many: 'stay inactive' }
        : { one: 'stops at once', many: 'stop at once' };
    case 'keep': {
      const end = endOfKeeping(key, date);
      const until = `until ${end ? dateText(end, false) : 'a day still to be chosen'}`;
      return inactive
        ? { one: `stays inactive, kept ${until}`, many: `stay inactive, kept ${until}` }
        : { one: `works ${until}`, many: `work ${until}` };
    }
    case 'hand_over': {
      const to = receiver.trim() || 'a member still to be chosen';
      return { one: `goes to ${to}`, many: `go to ${to}` };
    }
    case 'make_agent':
      return { one: 'becomes an agent key', many: 'become agent keys' };
    case 'revoke':
      return { one: 'is revoked for ever', many: 'are revoked for ever' };
  }
}
