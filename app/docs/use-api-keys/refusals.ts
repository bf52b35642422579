/** Every answer but 200, and what to do about it. */
export const refusals = [
  {
    status: 401,
    type: 'no_credential',
    remedy: 'The request carried no key. Send one in one of the three ways above.',
  },
  {
    status: 401,
    type: 'malformed_credential',
    remedy: 'What was sent cannot be read, or there were two keys in it; detail says which. Correct the request.',
  },
  {
    status: 401,
    type: 'invalid_credential',
    remedy: 'No key has this client ID and secret. Look for a lost character, and for a key that was deleted.',
  },
  { status: 401, type: 'key_inactive', remedy: 'Its owner deactivated the key. Activate it, or use another one.' },
  { status: 401, type: 'key_expired', remedy: 'The key’s time is over and is never extended. Create a new one.' },
  {
    status: 401,
    type: 'key_revoked',
    remedy: 'An administrator stopped the key for good. Ask them why before you create a new one.',
  },
  {
    status: 401,
    type: 'api_keys_disabled',
    remedy: 'Your administrator switched off all keys. Your code needs no change: ask them.',
  },
  {
    status: 401,
    type: 'owner_disabled',
    remedy: 'The member who owns the key is disabled. Use a key of somebody who is not, or ask your administrator.',
  },
  {
    status: 403,
    type: 'insufficient_scope',
    remedy:
      'The key lacks the scope that detail names. Edit the key and choose it; the same request again cannot help.',
  },
  {
    status: 429,
    type: 'rate_limited',
    remedy: 'The key was used more often in a minute than your tenant allows. Wait for the seconds in Retry-After.',
  },
  {
    status: 503,
    type: 'unavailable',
    remedy: 'The key was neither accepted nor refused. Try again after the seconds in Retry-After; change nothing.',
  },
] as const;
