import { randomUUID } from 'node:crypto';
import { demoModel } from '../demo/chat';
import { appendEvents, type NewEvent } from '../lib/audit/mutations';
import type { Tx } from '../lib/db/prisma';
import { foldName } from '../lib/display-text';
import { env } from '../lib/env';
import { providerKeyMaskOf } from '../lib/provider-keys/schema';
import { keyringProvider } from '../lib/vault/key-provider';
import { seal } from '../lib/vault/seal';

type Sample = {
  slug: string;
  name: string;
  kind: 'llm_provider' | 'workflow';
  url: string;
  models: string[];
  providerKey: { name: string; value: string };
};

function samples(): Sample[] {
  const { llm, workflow } = env().demoUpstreams;
  return [
    {
      slug: 'demo-llm',
      name: 'Demo provider',
      kind: 'llm_provider',
      url: llm,
      models: [demoModel],
      providerKey: { name: 'Demo provider key', value: 'demo-provider-key' },
    },
    {
      slug: 'demo-workflow',
      name: 'Demo workflow',
      kind: 'workflow',
      url: workflow,
      models: [],
      // A provider key goes to one origin, and the workflow has another port.
      providerKey: { name: 'Demo workflow key', value: 'demo-workflow-key' },
    },
  ];
}

/**
 * Connects the demo tenant with the demo's upstreams. Run again it makes what an older demo lacks, and moves what it made to
 * the ports of now. What somebody has changed or deleted stays as it is.
 */
export async function connectDemo(tx: Tx): Promise<void> {
  const tenant = await tx.tenant.findFirst({ where: { demo: true }, select: { id: true } });
  if (!tenant) return;
  const events: NewEvent[] = [];
  for (const sample of samples()) {
    const was = await lastUrlOf(tx, tenant.id, sample.slug);
    const event =
      was === null
        ? await createConnection(tx, tenant.id, sample, events)
        : await moveConnection(tx, tenant.id, sample, was);
    if (event) events.push(event);
  }
  if (events.length > 0) await appendEvents(tx, tenant.id, events);
}

/** Where this file put the connection last, by the log; null if it never made it. */
async function lastUrlOf(tx: Tx, tenantId: string, slug: string): Promise<string | null> {
  const event = await tx.event.findFirst({
    where: {
      tenantId,
      actorKind: 'system',
      action: { in: ['connection.created', 'connection.updated'] },
      details: { path: ['slug'], equals: slug },
    },
    orderBy: { sequence: 'desc' },
    select: { details: true },
  });
  const details = event?.details as { url?: string; after?: { url?: string } } | undefined;
  return details?.url ?? details?.after?.url ?? null;
}

async function createConnection(tx: Tx, tenantId: string, sample: Sample, before: NewEvent[]) {
  const { slug, name, kind, url, models } = sample;
  // A member's own connection of that name is theirs.
  if (await tx.connection.findFirst({ where: { tenantId, slug }, select: { id: true } })) return null;
  const providerKeyId = await createProviderKey(tx, tenantId, sample, before);
  const { id: connectionId } = await tx.connection.create({
    data: {
      tenantId,
      slug,
      name,
      kind,
      url,
      method: kind === 'workflow' ? 'POST' : null,
      authStyle: 'bearer',
      providerKeyId,
      timeoutInSeconds: 120,
      sizeLimitInMegabytes: 100,
    },
    select: { id: true },
  });
  const rows = models.map((model, position) => ({ tenantId, connectionId, name: model, position }));
  await tx.connectionModel.createMany({ data: rows });
  return systemEvent(tenantId, 'connection.created', {
    slug,
    kind,
    name,
    url,
    providerKey: providerKeyId === null ? null : sample.providerKey.name,
    models,
    sample: true,
  });
}

async function moveConnection(tx: Tx, tenantId: string, { slug, name, url }: Sample, was: string) {
  if (was === url) return null;
  const connection = await tx.connection.findFirst({
    where: { tenantId, slug, url: was },
    select: { id: true, providerKeyId: true },
  });
  if (!connection) return null;
  const { id, providerKeyId } = connection;
  await tx.connection.update({ where: { tenantId_id: { tenantId, id } }, data: { url }, select: { id: true } });
  if (providerKeyId !== null) {
    const data = { origin: new URL(url).origin };
    await tx.providerKey.updateMany({ where: { tenantId, id: providerKeyId, origin: new URL(was).origin }, data });
  }
  return systemEvent(tenantId, 'connection.updated', { slug, name, before: { url: was }, after: { url } });
}

/** Null where a member has taken the name: what their provider key holds is not for the demo. */
async function createProviderKey(
  tx: Tx,
  tenantId: string,
  { providerKey: { name, value }, url }: Sample,
  events: NewEvent[],
): Promise<string | null> {
  const nameKey = foldName(name);
  if (await tx.providerKey.findFirst({ where: { tenantId, nameKey }, select: { id: true } })) return null;
  const record = { tenantId, id: randomUUID(), revision: 1 };
  const { wrappedDataKey, ...sealed } = await seal(keyringProvider(env().vaultKeys), record, value);
  await tx.providerKey.create({
    data: {
      ...record,
      ...sealed,
      wrappedDataKey: new Uint8Array(wrappedDataKey),
      name,
      nameKey,
      origin: new URL(url).origin,
      ...providerKeyMaskOf(value),
    },
    select: { id: true },
  });
  events.push(systemEvent(tenantId, 'provider_key.created', { name, sample: true }));
  return record.id;
}

function systemEvent(
  tenantId: string,
  action: 'provider_key.created' | 'connection.created' | 'connection.updated',
  details: NonNullable<NewEvent['details']>,
): NewEvent {
  return { tenantId, action, actor: 'system', address: null, details };
}
