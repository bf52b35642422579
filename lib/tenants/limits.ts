/** The policy's numbers as text fields hold them. Without zod, so that the form can check them before it asks anything. */

type Rule = {
  label: string;
  maximum: number;
  /** Whether an empty field means that there is no such limit. */
  isOptional: boolean;
  /** What it must be, said of what is no whole number, of what is too low, and of what is too high. */
  whole: string;
  low: string;
  high: string;
};

/** What the database's column holds: of days there is no other maximum. */
const mostDays = 999_999_999;

export const policyNumbers = {
  maximumKeysPerUser: {
    label: 'Maximum API keys per user',
    maximum: 1000,
    isOptional: false,
    whole: 'a whole number.',
    low: 'between 1 and 1000.',
    high: 'between 1 and 1000.',
  },
  maximumExpirationInDays: {
    label: 'Maximum token expiration (days)',
    maximum: mostDays,
    isOptional: true,
    whole: 'a whole number of at least 1, or empty for no maximum.',
    low: 'at least 1, or empty for no maximum.',
    high: 'at most 999,999,999, or empty for no maximum.',
  },
  agentKeyLifetimeInDays: {
    label: 'Agent key lifetime (days)',
    maximum: mostDays,
    isOptional: false,
    whole: 'a whole number.',
    low: 'at least 1.',
    high: 'at most 999,999,999.',
  },
  rateLimitPerMinute: {
    label: 'Rate limit (requests per minute)',
    maximum: 1_000_000,
    isOptional: true,
    whole: 'a whole number between 1 and 1,000,000, or empty for no limit.',
    low: 'between 1 and 1,000,000, or empty for no limit.',
    high: 'between 1 and 1,000,000, or empty for no limit.',
  },
} as const satisfies Record<string, Rule>;

export type PolicyNumber = keyof typeof policyNumbers;
export const policyNumberFields = Object.keys(policyNumbers) as PolicyNumber[];

/** The number that a field's text means (null = no such limit), or what is wrong with it, in a sentence. */
export function readNumber(
  field: PolicyNumber,
  text: string,
): { value: number | null; problem: null } | { problem: string } {
  const { label, maximum, isOptional, whole, low, high } = policyNumbers[field];
  const digits = text.trim();
  if (digits === '' && isOptional) return { value: null, problem: null };
  if (!/^[0-9]+$/.test(digits)) return { problem: `${label} must be ${whole}` };
  const value = Number(digits);
  if (value < 1) return { problem: `${label} must be ${low}` };
  return value > maximum ? { problem: `${label} must be ${high}` } : { value, problem: null };
}
