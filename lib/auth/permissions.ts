export const roles = ['developer', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What the rules look at: the member's roles and licence, and the tenant's switch. */
export type Standing = { roles: readonly Role[]; licensed: boolean; apiKeysEnabled: boolean };

/** What must hold, in the order in which a refusal names it. */
type Need = 'switch' | 'licence' | Role;

/** "Who may do what" of the product, the one table that pages and writes ask. Ownership is part of each query instead. */
const needs = {
  'key.create': ['switch', 'licence', 'developer'],
  'key.activate': ['switch', 'licence', 'developer'],
  'key.rotate': ['switch', 'licence', 'developer'],
  'key.edit': ['developer'],
  'key.delete': ['developer'],
  // Whatever roles and switch: a leak must be stoppable.
  'key.deactivate': [],
  'key.retire': [],
  // An agent key has no owner whose leak it would be.
  'agent_key.deactivate': ['developer'],
  'agent_key.retire': ['developer'],
  'provider_keys.manage': ['developer'],
  'connections.manage': ['developer'],
  'policy.update': ['admin'],
  'members.manage': ['admin'],
} as const satisfies Record<string, readonly Need[]>;

export type Action = keyof typeof needs;

const sentences: Record<Need, string> = {
  switch: 'API keys are switched off by your administrator.',
  licence: 'You need a licence. Ask your administrator.',
  developer: 'You need the role developer. Ask your administrator.',
  admin: 'You need the role admin. Ask your administrator.',
};

/** For everybody else, of what only admins see. */
export const adminRefusal = sentences.admin;

/**
 * Why a member may not do something, in the words of the rule; null when they may. Pages show it before the click, writes
 * enforce it again.
 */
export function refusalOf(action: Action, standing: Standing): string | null {
  const missing = needs[action].find((need) => !meets(standing, need));
  return missing ? sentences[missing] : null;
}

function meets(standing: Standing, need: Need): boolean {
  if (need === 'switch') return standing.apiKeysEnabled;
  return need === 'licence' ? standing.licensed : standing.roles.includes(need);
}

/** Why a member may not create one more personal key: the first reason that holds. */
export function refusalOfCreate(
  standing: Standing,
  limit: { countedKeys: number; maximumKeysPerUser: number },
): string | null {
  const refusal = refusalOf('key.create', standing);
  if (refusal) return refusal;
  const { countedKeys, maximumKeysPerUser } = limit;
  if (countedKeys < maximumKeysPerUser) return null;
  const keys = countedKeys === 1 ? '1 API key' : `${countedKeys} API keys`;
  return `You have ${keys}; the maximum is ${maximumKeysPerUser}. Delete one to create another.`;
}
