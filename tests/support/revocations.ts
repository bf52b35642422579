/** Bulk revokes as the dialog makes them: reviewed, confirmed, then a batch at a time. */
import { randomUUID } from 'node:crypto';
import type { Viewer } from '@/lib/auth/queries';
import { continueRevocation, startRevocation } from '@/lib/revocations/mutations';
import { reviewRevocation } from '@/lib/revocations/queries';
import type { RevocationProgress, Selection } from '@/lib/revocations/schema';

export const everything: Selection = { kind: 'matching', filter: { search: '', status: null, risk: null } };
export const checked = (...clientIds: string[]): Selection => ({ kind: 'keys', clientIds });

export async function reviewOf(viewer: Viewer, selection: Selection) {
  const result = await reviewRevocation(viewer, selection);
  if (result?.status !== 'ready') throw new Error(`No review: ${JSON.stringify(result)}`);
  return result.review;
}

/** Confirms what a review of now shows. @returns the revocation's id */
export async function startFor(viewer: Viewer, selection: Selection): Promise<string> {
  const { digest, count } = await reviewOf(viewer, selection);
  const id = randomUUID();
  const result = await startRevocation(viewer, { id, selection, reviewed: digest, typed: String(count) });
  if (result.status !== 'started') throw new Error(`Not started: ${JSON.stringify(result)}`);
  return id;
}

export async function continueFor(viewer: Viewer, id: string): Promise<RevocationProgress> {
  const result = await continueRevocation(viewer, id);
  if (result.status !== 'continued') throw new Error(`Not continued: ${JSON.stringify(result)}`);
  return result.progress;
}

export async function finishFor(viewer: Viewer, id: string): Promise<RevocationProgress> {
  for (;;) {
    const progress = await continueFor(viewer, id);
    if (progress.finished) return progress;
  }
}
