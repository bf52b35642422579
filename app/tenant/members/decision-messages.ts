import type { ZodError } from 'zod';

/** What a decision takes. */
const fields = ['until', 'receiver', 'name'];

/** The first message of each key's decision, by client ID; null where something else is wrong with the request. */
export function decisionMessages(error: ZodError, input: unknown): Record<string, string> | null {
  const decisions = (input as { decisions?: unknown } | null)?.decisions;
  const messages: Record<string, string> = {};
  for (const { path, message } of error.issues) {
    const [list, index, field] = path;
    const decided = list === 'decisions' && Array.isArray(decisions) ? decisions[Number(index)] : null;
    const clientId = (decided as { clientId?: unknown } | null)?.clientId;
    if (typeof clientId !== 'string' || !fields.includes(String(field))) return null;
    messages[clientId] ??= message;
  }
  return messages;
}
