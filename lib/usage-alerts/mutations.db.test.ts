import { describe, expect, test, vi } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { countRequests } from '@/tests/support/usage';
import { createAgentKeyFor, createKeyFor, createMember, createViewer, sql, viewerFor } from '@/tests/support/world';
import { startJobs } from '../background/jobs';
import { getAgentKeyPage, getKeyPage } from '../keys/queries';
import { raiseUsageAlerts } from './mutations';
import { listUsageAlertsOf } from './queries';

const hour = 3_600_000;
const hourOf = new Date('2026-06-15T12:00:00Z');
const now = new Date('2026-06-15T12:30:00Z');
const week = 7 * 24;

/** A key of that age at the beginning of the hour, in a tenant of its own. */
async function createOldKey({ ageInHours = 30 * 24 } = {}) {
  const world = await createViewer({}, { roles: ['admin', 'developer'] });
  const { clientId } = await createKeyFor(world.viewer, { name: 'Nightly export', expiry: { kind: 'never' } });
  const createdAt = new Date(hourOf.getTime() - ageInHours * hour).toISOString();
  await sql('UPDATE key SET created_at = $2::timestamptz WHERE client_id = $1', [clientId, createdAt]);
  return { ...world, clientId };
}
type OldKey = Awaited<ReturnType<typeof createOldKey>>;

/** Adds requests to the hour so many hours before, and to as many hours before that as `hours` says. */
async function use({ clientId }: OldKey, requests: number, before = 0, outcome = 'accepted', hours = 1): Promise<void> {
  await sql(
    `INSERT INTO key_usage_hour (tenant_id, key_id, hour, outcome, requests)
     SELECT tenant_id, id, $2::timestamptz - make_interval(hours => n), $3::text::usage_outcome, $4::int
       FROM key, generate_series($5::int, $5::int + $6::int - 1) n WHERE client_id = $1`,
    [clientId, hourOf.toISOString(), outcome, requests, before, hours],
  );
}
const eventsOf = async ({ tenant }: OldKey) =>
  (await expectIntact(tenant.id)).filter(({ action }) => action === 'key.usage_unusual');
async function alertsAt(key: OldKey, time = now) {
  await raiseUsageAlerts({ now: time });
  return (await eventsOf(key)).map(({ details }) => details);
}
const alert = (requests: number, meanPerHour: number, at = hourOf) => ({
  hour: at.toISOString(),
  requests,
  meanPerHour,
});

describe('an hour is unusual', () => {
  test.each([
    [1_000, []],
    [1_001, [alert(1_001, 0)]],
  ])('above 1,000 requests: %i of a key without habit', async (requests, expected) => {
    const key = await createOldKey();
    await use(key, requests);
    expect(await alertsAt(key)).toEqual(expected);
  });

  test.each([
    [2_000, []],
    [2_001, [alert(2_001, 200)]],
  ])('above ten times the mean of its last 7 days: %i after 200 an hour', async (requests, expected) => {
    const key = await createOldKey();
    await use(key, 200, 1, 'accepted', week);
    // Older than the 7 days: of no account.
    await use(key, 9_000_000, week + 1, 'accepted', 24);
    await use(key, requests);
    expect(await alertsAt(key)).toEqual(expected);
  });

  test('by the mean of all hours, the quiet ones too', async () => {
    const key = await createOldKey();
    await use(key, 168 * 150, 100);
    await use(key, 1_500);
    expect(await alertsAt(key)).toEqual([]);
    await use(key, 1, 0, 'accepted_previous');
    expect(await alertsAt(key)).toEqual([alert(1_501, 150)]);
  });

  test('by the requests of every outcome together', async () => {
    const key = await createOldKey();
    await use(key, 600);
    await use(key, 401, 0, 'rate_limited');
    expect(await alertsAt(key)).toEqual([alert(1_001, 0)]);
  });

  test('never by requests with a wrong secret, which form no habit either', async () => {
    const key = await createOldKey();
    await use(key, 50_000, 0, 'invalid_credential');
    await use(key, 1_000);
    expect(await alertsAt(key)).toEqual([]);
    const other = await createOldKey();
    await use(other, 50_000, 1, 'invalid_credential', week);
    await use(other, 1_001);
    expect(await alertsAt(other)).toEqual([alert(1_001, 0)]);
  });
});

describe('a young key', () => {
  test.each([
    [23.99, []],
    [24, [alert(5_000, 0)]],
  ])('has no habit before its first day: %f hours old', async (ageInHours, expected) => {
    const key = await createOldKey({ ageInHours });
    await use(key, 5_000);
    expect(await alertsAt(key)).toEqual(expected);
  });

  test.each([
    [1_600, []],
    [1_601, [alert(1_601, 160)]],
  ])(
    'has the habit of its age before its first week: %i requests after 8,000 in 50 hours',
    async (requests, expected) => {
      const key = await createOldKey({ ageInHours: 50 });
      await use(key, 8_000, 10);
      await use(key, requests);
      expect(await alertsAt(key)).toEqual(expected);
    },
  );
});

describe('when it is noticed', () => {
  test('the hour that has just ended counts too, and no older one', async () => {
    const [key, late] = [await createOldKey(), await createOldKey()];
    await use(key, 1_001, 1);
    await use(late, 1_001, 2);
    expect(await alertsAt(key)).toEqual([alert(1_001, 0, new Date(hourOf.getTime() - hour))]);
    expect(await eventsOf(late)).toEqual([]);
  });

  test('two unusual hours in a row are one alert', async () => {
    const key = await createOldKey();
    await use(key, 5_000, 1);
    await use(key, 900_000);
    expect(await alertsAt(key)).toHaveLength(1);
  });

  test('it is told once in 24 hours', async () => {
    const key = await createOldKey();
    await use(key, 1_001);
    expect(await alertsAt(key)).toHaveLength(1);
    await use(key, 9_000, 0, 'key_inactive');
    expect(await alertsAt(key, new Date(now.getTime() + 60_000))).toHaveLength(1);
    await use(key, 500_000, -23);
    await use(key, 600_000, -24);
    expect(await alertsAt(key, new Date(now.getTime() + 24 * hour - 1))).toHaveLength(1);
    expect(await alertsAt(key, new Date(now.getTime() + 24 * hour))).toHaveLength(2);
  });

  test('every key of a tenant is told of by an event of the system that names it', async () => {
    const key = await createOldKey();
    const { clientId } = await createAgentKeyFor(key.viewer, { name: 'Crawler' });
    await sql(`UPDATE key SET created_at = '2026-01-01' WHERE client_id = $1`, [clientId]);
    await use(key, 2_000);
    await use({ ...key, clientId }, 3_000);
    await raiseUsageAlerts({ now });
    const events = await eventsOf(key);
    expect(new Set(events.map(({ keyName }) => keyName))).toEqual(new Set(['Nightly export', 'Crawler']));
    for (const event of events) expect(event).toMatchObject({ actorKind: 'system', actorEmail: null, address: null });
  });
});

test('the pages’ process looks by itself, also where no mail is sent', async () => {
  const key = await createOldKey();
  await countRequests(key.clientId, { requests: 1_001 });
  const running = startJobs({ firstDelay: 0, interval: 60_000 });
  await vi.waitFor(async () => expect(await eventsOf(key)).toHaveLength(1), { timeout: 30_000 });
  await running.stop();
});

describe('the alert beside a key', () => {
  /** A key with an alert of so many hours ago, by the real clock. */
  async function createAlert(hoursAgo: number) {
    const key = await createOldKey();
    await countRequests(key.clientId, { requests: 1_001, hoursAgo });
    const [clock] = await sql<{ now: Date }>(`SELECT clock_timestamp() - make_interval(hours => $1::int) AS now`, [
      hoursAgo,
    ]);
    await raiseUsageAlerts({ now: clock?.now as Date });
    return key;
  }
  const shown = async ({ viewer }: OldKey) => (await getKeyPage(viewer)).keys.map(({ usageAlert }) => usageAlert);

  test('is shown for 7 days', async () => {
    expect(await shown(await createAlert(week - 1))).toEqual([
      { hour: expect.stringMatching(/:00:00.000Z$/), requests: 1_001, meanPerHour: 0 },
    ]);
    expect(await shown(await createAlert(week + 1))).toEqual([null]);
  });

  test('says how much the whole hour came to', async () => {
    const key = await createAlert(3);
    await countRequests(key.clientId, { requests: 20_000, outcome: 'rate_limited', hoursAgo: 3 });
    await countRequests(key.clientId, { requests: 7, outcome: 'invalid_credential', hoursAgo: 3 });
    expect(await shown(key)).toMatchObject([{ requests: 21_001 }]);
  });

  test('is the owner’s, the tenant’s for agent keys, and the admins’ for all; and nobody else’s', async () => {
    const key = await createAlert(3);
    const member = await viewerFor(await createMember(key.tenant));
    const stranger = (await createViewer({}, { roles: ['admin'] })).viewer;
    expect((await listUsageAlertsOf(key.viewer, [key.clientId])).get(key.clientId)).toMatchObject({ requests: 1_001 });
    expect((await listUsageAlertsOf(member, [key.clientId])).size).toBe(0);
    expect((await listUsageAlertsOf(stranger, [key.clientId])).size).toBe(0);
    await sql('UPDATE key SET owner_id = NULL WHERE client_id = $1', [key.clientId]);
    expect((await getAgentKeyPage(member)).keys).toMatchObject([{ usageAlert: { requests: 1_001 } }]);
    expect((await getAgentKeyPage(stranger)).keys).toEqual([]);
  });
});
