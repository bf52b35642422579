import { toSignIn } from '@/lib/auth/viewer';

export type Refused = { status: 'refused'; message: string };
type Refusal = { status: 'signed_out' } | { status: 'not_found' } | Refused;
type Invalid<Field extends string> = { status: 'invalid'; field: Field; message: string };

/**
 * What a dialog is told of a write that was refused. The page behind it stays as it is until its reader has seen why: who has
 * lost a role meanwhile would lose the page with the sentence.
 * @param missing said of what does not exist, or not for the viewer
 */
export async function refusalOf(result: Refusal, missing: Refused): Promise<Refused> {
  switch (result.status) {
    case 'signed_out':
      return toSignIn();
    case 'not_found':
      return missing;
    case 'refused':
      return result;
  }
}

/** The same of a form, which shows what concerns a field there. */
export async function formRefusalOf<Field extends string>(
  result: Refusal | Invalid<Field>,
  missing: Refused,
): Promise<Refused | { status: 'invalid'; fields: Partial<Record<Field, string>> }> {
  if (result.status !== 'invalid') return refusalOf(result, missing);
  const fields: Partial<Record<Field, string>> = {};
  fields[result.field] = result.message;
  return { status: 'invalid', fields };
}
