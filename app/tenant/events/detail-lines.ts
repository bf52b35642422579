import type { JsonValue } from '@/lib/audit/chain';
import type { EventView } from '@/lib/audit/schema';
import { absentWords, fieldWords, valueWords } from './detail-words';

/** One line of an event's details; a change has what was there before. */
export type DetailLine = { field: string; label: string; before?: string; value: string };

type Names = { [id: string]: string };

/** The details in words. What has no words, an object or a list of them, is JSON. */
export function linesOf({ details }: Pick<EventView, 'details'>, names: Names): DetailLine[] {
  const { before, after, ...rest } = details;
  if (!isObject(before) || !isObject(after)) return factsOf(details, names);
  const changes = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((field) => ({
    field,
    label: labelOf(field),
    before: textOf(field, before[field] ?? null, names),
    value: textOf(field, after[field] ?? null, names),
  }));
  return [...factsOf(rest, names), ...changes];
}

function factsOf(details: EventView['details'], names: Names): DetailLine[] {
  return Object.entries(details).flatMap(([field, value]) => {
    if (field === 'keys' && isObject(value)) {
      return factsOf(Object.fromEntries(Object.entries(value).map(([name, count]) => [`keys.${name}`, count])), names);
    }
    return { field, label: labelOf(field), value: textOf(field, value, names) };
  });
}

export function labelOf(field: string): string {
  const spelled = field.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return fieldWords[field] ?? spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);

function textOf(field: string, value: JsonValue, names: Names): string {
  if (value === null) return absentWords[field] ?? 'None';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (typeof value === 'string') {
    if (value === '') return 'Blank';
    if (isTime(value)) return `${value.slice(0, 10)} ${value.slice(11, 19)} UTC`;
    return valueWords[field]?.[value] ?? names[value] ?? value;
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ') || 'None';
  return JSON.stringify(value, null, 2);
}

export function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
