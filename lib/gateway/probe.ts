import type { ConnectionTest } from './schema';

/** Asks the connection's upstream whether it answers and takes the provider key. */
export async function testConnection(_tenantId: string, _slug: string): Promise<ConnectionTest> {
  return { status: 'failed', reason: 'upstream_unreachable' };
}
