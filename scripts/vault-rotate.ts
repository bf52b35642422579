/** npm run vault:rotate: wraps the data keys of all provider keys under the first key of LATCHKEY_VAULT_KEYS. */
import { parseArgs } from 'node:util';
import { migrate } from '../lib/db/migrate';
import { ConfigurationError, env } from '../lib/env';
import { keyringProvider } from '../lib/vault/key-provider';
import { countRemaining, rotateVault, type UnopenedKey } from '../lib/vault/rotation';
import { runScript } from './run-script';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const keys = (amount: number) => `${amount.toLocaleString('en')} provider ${amount === 1 ? 'key' : 'keys'}`;

await runScript(async () => {
  refuseArguments();
  const { vaultKeys } = env();
  const provider = keyringProvider(vaultKeys);
  await migrate();
  say(`${keys(await countRemaining(provider))} not under version ${provider.currentVersion} of the vault key.`);
  const { rewrapped, remaining, unopened } = await rotateVault(provider, (progress) =>
    say(`${keys(progress.rewrapped)} rewrapped, ${progress.remaining.toLocaleString('en')} to go`),
  );
  for (const key of unopened) process.stderr.write(`${complaintOf(key)}\n`);
  if (remaining > 0) {
    process.stderr.write(
      `${keys(remaining)} not under version ${provider.currentVersion}: keep the older versions in LATCHKEY_VAULT_KEYS.\n`,
    );
    return 1;
  }
  const older = [...vaultKeys.byVersion.keys()].filter((version) => version !== provider.currentVersion);
  const done = rewrapped === 0 ? 'Nothing was to be done.' : `${keys(rewrapped)} rewrapped.`;
  say(older.length === 0 ? done : `${done} LATCHKEY_VAULT_KEYS needs no other version any more: ${older.join(', ')}.`);
  return 0;
});

function complaintOf({ id, tenant, reason }: UnopenedKey): string {
  return `The provider key ${id} of the tenant ${tenant} cannot be opened: ${reason}`;
}

function refuseArguments() {
  try {
    parseArgs({ options: {}, allowPositionals: false });
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\nUsage: npm run vault:rotate`);
  }
}
