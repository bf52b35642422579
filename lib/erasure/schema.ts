import { z } from 'zod';
import { emailAddress } from '../members/schema';

/** What an erased member is called wherever somebody is named. Nobody can have the address (RFC 2606). */
export const erasedEmail = 'erased@invalid';
export const erasedName = 'Erased';

const required = (name: string) => z.string({ error: `${name} is missing.` }).min(1, `${name} is missing.`);

/** Whom an operator erases: the tenant's slug, and the member's id or e-mail address. */
export const eraseMemberSchema = z.strictObject({
  tenant: required('tenant'),
  member: required('member').pipe(z.union([z.guid(), emailAddress], 'member must be an id or an e-mail address.')),
});
export type EraseMemberInput = z.infer<typeof eraseMemberSchema>;
