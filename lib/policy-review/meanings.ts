import { countText } from '../usage/schema';
import type { AgentKeys, BusyKeys, MemberKeys, NameList, PolicyEffects, ReviewedChange } from './schema';

/** What a change of one setting means, in sentences and names. */
export type Meaning = Pick<ReviewedChange, 'warns' | 'meaning' | 'lists'>;

export const calm = (meaning: string, lists: NameList[] = []): Meaning => ({ warns: false, meaning, lists });

/** `1 key`, `1,204 keys` */
export const amountOf = (count: number, noun: string) => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

const none: MemberKeys = { keys: 0, members: 0, shown: [] };
const noAgents: AgentKeys = { keys: 0, shown: [] };

/** `14 keys of 6 members and 3 agent keys` */
function who(personal: MemberKeys, agent: AgentKeys): string {
  const ofMembers = `${amountOf(personal.keys, 'key')} of ${amountOf(personal.members, 'member')}`;
  const agents = amountOf(agent.keys, 'agent key');
  if (agent.keys === 0) return ofMembers;
  return personal.keys === 0 ? agents : `${ofMembers} and ${agents}`;
}

export function switched(turnedOn: boolean, found: PolicyEffects['apiKeysEnabled']): Meaning {
  const { personal, agent, requests, isMore } = found ?? {
    personal: none,
    agent: noAgents,
    requests: 0,
    isMore: false,
  };
  const count = personal.keys + agent.keys;
  if (count === 0) return calm(turnedOn ? 'There is no key that works again.' : 'No key works now: none stops.');
  const [stops, works, them] = count === 1 ? ['stops', 'works', 'it'] : ['stop', 'work', 'them'];
  const lists = [...membersOf(personal), ...agentsOf(agent)];
  const counted = requests === 0 && !isMore ? 'No request' : amountOf(requests, 'request');
  const amount = isMore ? `More than ${counted}` : counted;
  const came = `${amount} with ${them} ${requests > 1 ? 'were' : 'was'}`;
  if (turnedOn) {
    const refused = requests === 0 && !isMore ? '' : ` ${came} refused because of the switch in the last 7 days.`;
    return calm(`${who(personal, agent)} ${works} again at once.${refused}`, lists);
  }
  const meaning = `${who(personal, agent)} ${stops} working at once. ${came} accepted in the last 7 days.`;
  return { warns: true, meaning, lists };
}

export function aboveMaximum(maximum: number, found: MemberKeys | null): Meaning {
  const more = `more than ${amountOf(maximum, 'key')}`;
  if (!found || found.members === 0) return calm(`No member has ${more}.`);
  const have = found.members === 1 ? 'has' : 'have';
  return calm(
    `${amountOf(found.members, 'member')} already ${have} ${more}; nothing of theirs changes.`,
    membersOf(found),
  );
}

export function longLived(personal: MemberKeys | null, agent: AgentKeys | null, nobody: string): Meaning {
  const [ofMembers, agents] = [personal ?? none, agent ?? noAgents];
  const count = ofMembers.keys + agents.keys;
  if (count === 0) return calm(nobody);
  const [live, keep, their] = count === 1 ? ['lives', 'it keeps', 'its'] : ['live', 'they keep', 'their'];
  return calm(`${who(ofMembers, agents)} ${live} longer; ${keep} ${their} expiry until ${their} secret is rotated.`, [
    ...membersOf(ofMembers),
    ...agentsOf(agents),
  ]);
}

export function lastKeys(turnedOn: boolean, found: MemberKeys | null): Meaning {
  if (!found || found.members === 0) return calm('No member has just one usable key.');
  const have = found.members === 1 ? 'has' : 'have';
  const can = turnedOn ? 'can neither deactivate nor delete it' : 'can deactivate and delete it again';
  const meaning = `${amountOf(found.members, 'member')} ${have} just one usable key, and ${can}.`;
  return calm(meaning, membersOf(found));
}

export function limited(limit: number | null, found: BusyKeys | null): Meaning {
  if (limit === null || !found) return calm('From the next request on no key is limited.');
  const more = `an hour with more than ${amountOf(60 * limit, 'request')}, 60 times the limit, in the last 7 days`;
  if (found.keys === 0 && found.isMore) {
    return calm('It holds for every key at once. There is too much usage to say which keys are beyond it.');
  }
  if (found.keys === 0) return calm(`It holds for every key at once. No key is beyond it: none had ${more}.`);
  const keys = `${found.isMore ? 'At least ' : ''}${amountOf(found.keys, 'key')}`;
  const meaning = `It holds for every key at once. ${keys} had ${more}.`;
  const lines = found.shown.map(({ name, owner, requests }) => ({
    name,
    note: owner ?? 'Agent key',
    amount: `${countText(requests)} in an hour`,
  }));
  return { warns: true, meaning, lists: [{ label: 'Keys', lines, others: found.keys - lines.length }] };
}

function membersOf({ members, shown }: MemberKeys): NameList[] {
  const lines = shown.map(({ name, email, keys, key }) => ({
    name,
    note: email,
    amount: keys === 1 ? key : amountOf(keys, 'key'),
  }));
  return members === 0 ? [] : [{ label: 'Members', lines, others: members - lines.length }];
}

function agentsOf({ keys, shown }: AgentKeys): NameList[] {
  const lines = shown.map((name) => ({ name, note: null, amount: null }));
  return keys === 0 ? [] : [{ label: 'Agent keys', lines, others: keys - lines.length }];
}
