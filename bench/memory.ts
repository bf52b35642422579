import { Agent } from 'node:http';
import { authorizePath, startVerifier, type World } from './contestants';
import { present } from './present';
import { residentMiB } from './servers';

/** Resident memory in MiB; null where the system does not say. */
export type Memory = { keys: number; before: number | null; after: number | null; errors: number };

/** Presents each key once, to a verifier of its own. */
export async function measureMemory(world: World, secrets: readonly string[]): Promise<Memory> {
  const server = await startVerifier(world);
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const url = server.origin + authorizePath;
  const before = residentMiB(server.pid);
  let next = 0;
  let errors = 0;
  const presentSome = async () => {
    while (next < secrets.length) {
      if ((await present(agent, url, `Authorization: Bearer ${secrets[next++]}`)) !== 200) errors++;
    }
  };
  await Promise.all(Array.from({ length: 32 }, presentSome));
  const after = residentMiB(server.pid);
  agent.destroy();
  await server.stop();
  return { keys: secrets.length, before, after, errors };
}
