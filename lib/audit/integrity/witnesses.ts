import { z } from 'zod';
import { listContradicted, type Witness } from './queries';

/** What the log says of one tenant: up to which line, and the first line that the database contradicts. */
export type Testimony = { upTo: number; contradictedAt: number | null };

/** Lines that are looked up at a time: a log of any length is read in the same memory. */
const batch = 2_000;

const loggedLine = z.object({
  audit: z.object({ tenantId: z.guid(), sequence: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** The witness in a line of the log; null for any other line. What a log collector puts before the JSON is skipped. */
export function parseWitness(line: string): Witness | null {
  if (!line.includes('"audit"')) return null;
  try {
    const parsed = loggedLine.safeParse(JSON.parse(line.slice(line.indexOf('{'))));
    return parsed.success ? parsed.data.audit : null;
  } catch {
    // A line that was cut off, or that only looks like one of ours, testifies to nothing.
    return null;
  }
}

/** Compares a log with the database, line by line. @returns what it says, by tenant ID; empty when it has no witness */
export async function hearWitnesses(lines: AsyncIterable<string>): Promise<Map<string, Testimony>> {
  const testimonies = new Map<string, Testimony>();
  let pending: Witness[] = [];
  const lookUp = async () => {
    for (const { tenantId, sequence } of await listContradicted(pending)) {
      const testimony = testimonies.get(tenantId);
      if (testimony) testimony.contradictedAt = Math.min(testimony.contradictedAt ?? sequence, sequence);
    }
    pending = [];
  };
  for await (const line of lines) {
    const witness = parseWitness(line);
    if (!witness) continue;
    const known = testimonies.get(witness.tenantId);
    if (known) known.upTo = Math.max(known.upTo, witness.sequence);
    else testimonies.set(witness.tenantId, { upTo: witness.sequence, contradictedAt: null });
    pending.push(witness);
    if (pending.length === batch) await lookUp();
  }
  await lookUp();
  return testimonies;
}
