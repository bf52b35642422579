/** What an event can tell of, in words. The names are stored and hashed: they never change. */
const actionWords = {
  'key.created': 'Key created',
  'key.updated': 'Key edited',
  'key.deactivated': 'Key deactivated',
  'key.activated': 'Key activated',
  'key.rotated': 'Key rotated',
  'key.secret_retired': 'Old secret retired',
  'key.leak_reported': 'Leak reported',
  'key.usage_unusual': 'Unusual usage',
  'key.kept': 'Key kept for a while',
  'key.handed_over': 'Key handed over',
  'key.made_agent': 'Key made an agent key',
  'key.revoked': 'Key revoked',
  'keys.revoked': 'Several keys revoked',
  'key.deleted': 'Key deleted',
  'member.invited': 'Member invited',
  'member.joined': 'Member joined',
  'member.updated': 'Member changed',
  'member.link_issued': 'One-time link issued',
  'member.password_set': 'Password set',
  'member.password_changed': 'Password changed',
  'member.identity_linked': 'Identity linked',
  'member.identity_unlinked': 'Identity unlinked',
  'member.signed_out': 'Member signed out',
  'member.disabled': 'Member disabled',
  'member.enabled': 'Member enabled',
  'member.removed': 'Member removed',
  'member.erased': 'Member erased',
  'session.started': 'Signed in',
  'session.ended': 'Signed out',
  'tenant.created': 'Tenant created',
  'policy.updated': 'Settings changed',
  'scope.created': 'Scope added',
  'scope.updated': 'Scope changed',
  'scope.deleted': 'Scope deleted',
  'bias_profile.created': 'Bias profile created',
  'bias_profile.updated': 'Bias profile changed',
  'bias_profile.deleted': 'Bias profile deleted',
  'provider_key.created': 'Provider key created',
  'provider_key.updated': 'Provider key changed',
  'provider_key.deleted': 'Provider key deleted',
  'connection.created': 'Connection created',
  'connection.updated': 'Connection changed',
  'connection.deleted': 'Connection deleted',
  'connection.failed': 'Connection failed',
} as const;

export type EventAction = keyof typeof actionWords;
export const eventActions = Object.keys(actionWords) as EventAction[];

/** What happened; an action that a later version wrote stays as it is. */
export function wordsOf(action: string): string {
  return (actionWords as Record<string, string>)[action] ?? action;
}

type Noun = EventAction extends `${infer Name}.${string}` ? Name : never;

const groupOf: Record<Noun, string> = {
  key: 'Keys',
  keys: 'Keys',
  member: 'Members',
  session: 'Sessions',
  tenant: 'Tenant',
  policy: 'Tenant',
  scope: 'Tenant',
  bias_profile: 'Tenant',
  provider_key: 'Connections',
  connection: 'Connections',
};

/** All actions in groups, for a choice. */
export const actionGroups = [...new Set(Object.values(groupOf))].map((label) => ({
  label,
  actions: eventActions.filter((action) => groupOf[action.split('.')[0] as Noun] === label),
}));

/** What the actor of an event is called that no member caused. */
export const systemActor = 'Latchkey';
