/** Takes the place of lib/audit/mutations.ts in the bundle that shows what appending costs. The product has no such switch. */
import type * as audit from '../lib/audit/mutations';

export const appendEvent: typeof audit.appendEvent = () => Promise.resolve();
export const appendEvents: typeof audit.appendEvents = () => Promise.resolve();
