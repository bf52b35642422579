/** The settings under which the tests run; child processes inherit them. */
export const testSettings = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  LATCHKEY_URL: 'http://localhost:3000',
  NEXTAUTH_SECRET: 'a session secret that only tests use',
  LATCHKEY_PEPPERS: `2:${Buffer.alloc(32, 'pepper two').toString('base64')},1:${Buffer.alloc(32, 'pepper one').toString('base64')}`,
  LATCHKEY_AUDIT_KEY: `1:${Buffer.alloc(32, 'audit key').toString('base64')}`,
  LATCHKEY_VAULT_KEYS: `2:${Buffer.alloc(32, 'vault two').toString('base64')},1:${Buffer.alloc(32, 'vault one').toString('base64')}`,
};
