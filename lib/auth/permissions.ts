export type Role = 'developer' | 'admin';

/** What the rules look at: the member's roles and licence, and the tenant's switch. */
export type Standing = { roles: readonly Role[]; licensed: boolean; apiKeysEnabled: boolean };

export type Action = 'key.create' | 'key.activate' | 'key.edit' | 'key.delete' | 'key.deactivate' | 'policy.update';

/**
 * Why a member may not do something, in the words of the rule; null when they may. Pages show it before the click, writes
 * enforce it again. Ownership is not decided here: it is part of each query.
 */
export function refusalOf(action: Action, standing: Standing): string | null {
  switch (action) {
    case 'key.create':
    case 'key.activate':
      if (!standing.apiKeysEnabled) return 'API keys are switched off by your administrator.';
      if (!standing.licensed) return 'You need a licence. Ask your administrator.';
      return needs('developer', standing);
    case 'key.edit':
    case 'key.delete':
      return needs('developer', standing);
    case 'key.deactivate':
      // Whatever roles and switch: a leak must be stoppable.
      return null;
    case 'policy.update':
      return needs('admin', standing);
  }
}

function needs(role: Role, standing: Standing): string | null {
  return standing.roles.includes(role) ? null : `You need the role ${role}. Ask your administrator.`;
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
