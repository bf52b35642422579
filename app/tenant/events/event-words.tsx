import { systemActor } from '@/lib/audit/actions';
import type { EventView } from '@/lib/audit/schema';
import { isObject, labelOf } from './detail-lines';

export function Actor({ event }: { event: EventView }) {
  if (event.actorKind === 'system') return <span>{systemActor}</span>;
  return event.actorEmail ? <bdi>{event.actorEmail}</bdi> : <span className="text-ink-muted">a former member</span>;
}

/** What the event was done to: a key, a member, a scope, a bias profile, settings; nothing where it is the actor. */
export function subjectsOf({ keyName, subjectEmail, actorEmail, details }: EventView): string[] {
  const named = [keyName, subjectEmail === actorEmail ? null : subjectEmail].filter((name) => name !== null);
  if (named.length > 0) return [...new Set(named)];
  if (typeof details.name === 'string') return [details.name];
  if (typeof details.slug === 'string') return [details.slug];
  if (typeof details.selected === 'number') {
    return [`${details.selected.toLocaleString('en')} ${details.selected === 1 ? 'key' : 'keys'}`];
  }
  return isObject(details.after) ? Object.keys(details.after).map(labelOf) : [];
}
