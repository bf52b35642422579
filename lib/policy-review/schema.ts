import type { Policy } from '../tenants/schema';

/** So many names are shown of those whom a setting concerns, and of the others their number. */
export const shownNames = 8;

/**
 * So many rows of usage are looked at, a row for an hour of a key: a tenant with more of them in a week must not wait for
 * the count, least of all before it switches its keys off.
 */
export const usageMaximum = 500_000;

/** `key`: the name of the first of their keys, which says it all where there is one. */
export type NamedMember = { name: string; email: string; keys: number; key: string };

/** Members with keys, those with the most of them first; `shown`: the first few. */
export type MemberKeys = { keys: number; members: number; shown: NamedMember[] };

/** Agent keys; `shown`: the names of the first few. */
export type AgentKeys = { keys: number; shown: string[] };

/**
 * Keys with the requests of their busiest hour, most first; `owner` is an e-mail, null for agent keys. `isMore`: there was
 * more usage than is looked at.
 */
export type BusyKeys = {
  keys: number;
  isMore: boolean;
  shown: Array<{ name: string; owner: string | null; requests: number }>;
};

/** Accepted with some keys, or refused by the switch, in the last 7 days; `isMore` likewise. */
export type CountedRequests = { requests: number; isMore: boolean };

/** What a change concerns at this moment, by setting; null where that is not changed, or has nothing to count by. */
export type PolicyEffects = {
  /** The keys that the switch stops or starts, and what was accepted with them, or refused by it. */
  apiKeysEnabled: ({ personal: MemberKeys; agent: AgentKeys } & CountedRequests) | null;
  /** Who has more keys. */
  maximumKeysPerUser: MemberKeys | null;
  /** Keys whose secret lives longer. */
  maximumExpirationInDays: { personal: MemberKeys; agent: AgentKeys } | null;
  /** Likewise. */
  agentKeyLifetimeInDays: AgentKeys | null;
  /** Members with one usable key. */
  keepOneKey: MemberKeys | null;
  /** Keys that had an hour of the last 7 days with more than 60 times the limit. */
  rateLimitPerMinute: BusyKeys | null;
};

/** A change of the policy before it is saved. `before` is what is stored at this moment, whatever a page showed. */
export type PolicyReview = {
  before: Policy;
  after: Policy;
  changed: Array<keyof Policy>;
  effects: PolicyEffects;
};

/** Some of those whom a change concerns. */
export type NameList = {
  label: string;
  lines: Array<{ name: string; note: string | null; amount: string | null }>;
  /** How many are not shown. */
  others: number;
};

/** One setting of a change, in words. */
export type ReviewedChange = {
  label: string;
  before: string;
  after: string;
  /** Whether it takes something away that is used now. */
  warns: boolean;
  meaning: string;
  lists: NameList[];
};
