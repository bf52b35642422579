import { z } from 'zod';
import { type Role, roles } from '../auth/permissions';
import { normalizeEmail } from '../auth/schema';
import { displayText } from '../display-text';

export const memberNameMaximum = 100;
const emailMaximum = 254;

// Beyond RFC 5321's form: no control or bidirectional characters, which normalization may leave in.
const plain = /^[^\p{C}\p{Z}\u061C\u200E\u200F]+$/u;

/** An address as it is compared and stored: NFKC, trimmed, lower case. */
export const emailAddress = z
  .string({ error: 'Email must be text.' })
  .max(1_000, 'Email is too long.')
  .transform(normalizeEmail)
  .refine((email) => email !== '', 'Enter an email address.')
  .refine(
    (email) => email === '' || (plain.test(email) && z.email().safeParse(email).success),
    'Email must look like name@example.com.',
  )
  .refine((email) => email.length <= emailMaximum, `Email can have at most ${emailMaximum} characters.`);

/** Roles in the order of `roles`, each once. */
export const roleList = z
  .array(z.enum(roles))
  .max(roles.length)
  .transform((chosen) => roles.filter((role) => chosen.includes(role)));

/** What `Invite member` submits. */
export const inviteMemberSchema = z.strictObject({
  email: emailAddress,
  /** Blank: the part of the e-mail before the @. */
  name: displayText('Name', memberNameMaximum),
  roles: roleList,
  licensed: z.boolean(),
});
export type InviteMemberInput = z.infer<typeof inviteMemberSchema>;

/**
 * A change of roles or licence: only what the admin changed, so that a page that was open for long does not undo what
 * somebody else changed meanwhile.
 */
export const changeMemberSchema = z.strictObject({
  memberId: z.uuid(),
  developer: z.boolean().exactOptional(),
  admin: z.boolean().exactOptional(),
  licensed: z.boolean().exactOptional(),
});
export type ChangeMemberInput = z.infer<typeof changeMemberSchema>;

/** What every action on one member submits that needs no more. */
export const memberReferenceSchema = z.strictObject({ memberId: z.uuid() });

/** Which SSO identity to link to a member, or to unlink. */
export const identityReferenceSchema = z.strictObject({
  memberId: z.uuid(),
  issuer: z
    .string()
    .min(1, 'Choose an identity provider.')
    .max(2_000)
    .regex(/^\P{Cc}*$/u, 'Choose an identity provider.'),
  subject: z
    .string()
    .trim()
    .min(1, 'Enter the subject.')
    // OpenID Connect Core, section 2: at most 255 ASCII characters.
    .regex(/^[\x21-\x7e]{1,255}$/, 'Subject must be up to 255 characters without spaces, as the provider shows it.'),
});
export type IdentityReference = z.infer<typeof identityReferenceSchema>;

/** `Invited`: is to choose a password, and can sign in by nothing yet. */
export type MemberState = 'Active' | 'Invited' | 'Disabled';

export type IdentityView = {
  issuer: string;
  /** The provider's label; its issuer where it is not configured any more. */
  provider: string;
  subject: string;
  /** What the provider said last, e.g. `Dana Developer <dana@example.com>`'s parts. */
  email: string;
  name: string;
};

/** A member as the members page shows them. Times are ISO 8601 in UTC. */
export type MemberView = {
  id: string;
  email: string;
  name: string;
  state: MemberState;
  hasPassword: boolean;
  /** Whether they sign in with a password, or are invited to: a one-time link can be made for them. */
  takesLinks: boolean;
  /** Linked identities, and those that wait for an admin to say that they are this member. */
  identities: IdentityView[];
  waitingIdentities: IdentityView[];
  /** Until when the last invitation or reset link can be used; null when there is none. */
  linkExpiresAt: string | null;
  roles: Role[];
  licensed: boolean;
  /** Keys of theirs, whatever the status. */
  keys: number;
  lastSeenAt: string | null;
  /** The viewer. */
  self: boolean;
  /** Why they can be neither demoted, disabled nor removed; null when they can. */
  lastAdminRefusal: string | null;
};

/** One page of `/tenant/members`, by e-mail. */
export type MembersPageView = {
  members: MemberView[];
  /** Members that match; more than `countMaximum` are not counted. */
  count: number;
  /** Values for the links to the neighbouring pages; null at the ends. */
  before: string | null;
  after: string | null;
  /** Identity providers that can be linked. */
  providers: Array<{ issuer: string; label: string }>;
  now: string;
};

export const countMaximum = 10_000;
export const membersPerPage = 25;

/** The page's URL: `?search=…&after=…`. Nonsense is ignored: anybody can write a link. */
export const membersQuerySchema = z.object({
  // The database cannot hold NUL, and nobody looks for the others.
  search: z
    .string()
    .max(200)
    .transform((text) => text.replace(/\p{Cc}/gu, ' '))
    .catch(''),
  /** Id of the member before the page's first one. */
  after: z.uuid().optional().catch(undefined),
  /** Id of the member behind the page's last one. */
  before: z.uuid().optional().catch(undefined),
});
export type MembersQuery = z.infer<typeof membersQuerySchema>;
