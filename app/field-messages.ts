import type { ZodError } from 'zod';

/** The first message of each field, by the field's name; what concerns no field is under `form`. */
export type FieldMessages<Field extends string> = Partial<Record<Field | 'form', string>>;

export function fieldMessages<Field extends string>(error: ZodError, fields: readonly Field[]): FieldMessages<Field> {
  const messages: FieldMessages<Field> = {};
  for (const issue of error.issues) {
    const field = fields.find((name) => name === issue.path[0]) ?? 'form';
    messages[field] ??= field === 'form' ? 'This request is malformed. Reload the page.' : issue.message;
  }
  return messages;
}
