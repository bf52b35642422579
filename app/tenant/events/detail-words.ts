/** What the fields of an event's details are called; what is not here is spelled out of its own name. */
export const fieldWords: Record<string, string> = {
  agentKeyLifetimeInDays: 'Agent key lifetime (days)',
  apiKeysEnabled: 'Enable API keys',
  biasProfileId: 'Bias profile',
  connections: 'Connections that used it',
  ended: 'Sessions ended',
  endedOlder: 'Ended an older secret',
  endedSessions: 'Sessions ended',
  expiresAt: 'Expires',
  from: 'Former owner',
  httpMethod: 'Method',
  joinLicensed: 'Licence for new SSO members',
  joinRoles: 'Roles for new SSO members',
  keys: 'Keys that had it',
  'keys.handedOver': 'Keys handed over',
  'keys.kept': 'Keys kept for a while',
  'keys.madeAgent': 'Keys made agent keys',
  'keys.revoked': 'Keys revoked',
  'keys.stopped': 'Keys stopped',
  leaked: 'Reported as leaked',
  licensed: 'Licence',
  maximumExpirationInDays: 'Maximum token expiration (days)',
  maximumKeysPerUser: 'Maximum API keys per user',
  method: 'Signed in with',
  previousEndsAt: 'Old secret works until',
  provider: 'Identity provider',
  rateLimitPerMinute: 'Rate limit (requests per minute)',
  replaced: 'Value replaced',
  replacement: 'Replaced by',
  selected: 'Keys selected',
  sentAs: 'Provider key sent as',
  sizeLimitInMegabytes: 'Size limit (MB)',
  timeoutInSeconds: 'Timeout (seconds)',
  to: 'New owner',
  url: 'URL',
  which: 'Session',
};

/** Values that are names of things, by field. */
export const valueWords: Record<string, Record<string, string>> = {
  kind: { personal: 'Personal', agent: 'Agent', llm_provider: 'LLM provider', workflow: 'Workflow' },
  method: { password: 'Password' },
  purpose: { invitation: 'Invitation', password_reset: 'Password reset' },
  reason: { offboarding: 'Offboarding' },
  sentAs: { bearer: 'Authorization: Bearer', x_api_key: 'x-api-key', none: 'No credential' },
  which: { own: 'The one it was done in', other: 'Another one', all: 'All' },
};

/** What it means that there is nothing, by field. */
export const absentWords: Record<string, string> = {
  expiresAt: 'Never',
  maximumExpirationInDays: 'No maximum',
  previousEndsAt: 'Ended at once',
  rateLimitPerMinute: 'No limit',
  until: 'It is activated',
};
