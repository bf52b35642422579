import { env } from '../../env';
import { genesisHash, hashEvent } from '../chain';
import { type Chain, type Line, listChains, listLines } from './queries';
import type { Testimony } from './witnesses';

/** The first line at which a log is not what was written, and what is wrong with it. */
export type Break = { sequence: number; reason: string };

export type Report = {
  /** The tenant's slug; its ID when the database has no such tenant. */
  tenant: string;
  events: number;
  broken: Break | null;
  /** Up to which line the witnesses go; null when there are none. */
  witnessedUpTo: number | null;
};

type Options = {
  /** Only this tenant, by slug. */
  tenant?: string | undefined;
  /** By tenant ID, from `hearWitnesses`. */
  testimonies?: Map<string, Testimony>;
  onProgress?: (tenant: string, checked: number, events: number) => void;
};

type Place = Pick<Line, 'sequence' | 'hash'>;

/** Lines that are read at a time. */
const batch = 2_000;

/**
 * Checks the logs as they are at its beginning: what is appended meanwhile is left to the next time. One report for each
 * tenant, as it is known; none when there is no such tenant.
 *
 * The times of two lines are not compared: they are part of the hash, and the database's clock may have been set back.
 */
export async function* checkLogs({ tenant, testimonies, onProgress }: Options = {}): AsyncGenerator<Report> {
  const unheard = new Map(testimonies);
  for (const chain of await listChains(tenant)) {
    const testimony = unheard.get(chain.tenantId);
    unheard.delete(chain.tenantId);
    const found = await checkChain(chain, (checked) => onProgress?.(chain.slug, checked, chain.sequence ?? 0));
    yield {
      tenant: chain.slug,
      events: chain.sequence ?? 0,
      broken: first(found, contradiction(testimony)),
      witnessedUpTo: testimony?.upTo ?? null,
    };
  }
  if (tenant !== undefined) return;
  for (const [tenantId, testimony] of unheard) {
    const broken = { sequence: testimony.contradictedAt ?? 1, reason: 'the tenant is missing' };
    yield { tenant: tenantId, events: 0, broken, witnessedUpTo: testimony.upTo };
  }
}

function contradiction(testimony: Testimony | undefined): Break | null {
  const sequence = testimony?.contradictedAt ?? null;
  return sequence === null ? null : { sequence, reason: 'the line is not the one that the witnesses saw' };
}

function first(left: Break | null, right: Break | null): Break | null {
  if (left && right) return left.sequence <= right.sequence ? left : right;
  return left ?? right;
}

async function checkChain(chain: Chain, onProgress: (checked: number) => void): Promise<Break | null> {
  const { sequence: end, hash, first, last } = chain;
  if (end === null || !hash) {
    return { sequence: (last ?? 0) + 1, reason: 'the log has no end: its row in audit_head is missing' };
  }
  if (first !== null && first < 1) return { sequence: first, reason: 'the line stands before the first one' };
  let previous: Place = { sequence: 0, hash: genesisHash };
  // Every log has a line: the tenant's creation.
  while (previous.sequence < Math.max(end, 1)) {
    const { sequence } = previous;
    const lines = await listLines(chain.tenantId, sequence, Math.min(sequence + batch, end));
    if (lines.length === 0) return { sequence: sequence + 1, reason: 'the line is missing' };
    for (const line of lines) {
      const broken = breakAt(line, previous);
      if (broken) return broken;
      previous = line;
    }
    onProgress(previous.sequence);
  }
  if (!equal(previous.hash, hash)) {
    return { sequence: end, reason: 'the line is not the one that the end of the log (audit_head) names' };
  }
  if ((last ?? 0) > end) return { sequence: end + 1, reason: 'the line stands behind the end of the log (audit_head)' };
  return null;
}

/** What is wrong with a line that should follow the other one. */
function breakAt(line: Line, previous: Place): Break | null {
  const sequence = previous.sequence + 1;
  if (line.sequence > sequence) return { sequence, reason: 'the line is missing' };
  const key = env().auditKeys.byVersion.get(line.keyVersion);
  if (!key) {
    const reason = `it was written under the audit key ${line.keyVersion}, which LATCHKEY_AUDIT_KEY does not hold`;
    return { sequence, reason };
  }
  const follows = equal(line.previousHash, previous.hash);
  const genuine = equal(line.hash, hashEvent(key, { ...line, sequence: BigInt(sequence) }, line.previousHash));
  if (follows && genuine) return null;
  if (follows) return { sequence, reason: 'the line was edited' };
  if (genuine) return { sequence, reason: 'the line follows another one than that before it' };
  return { sequence, reason: 'the line was moved here, or edited' };
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
