/** Who the demo identity provider knows. A subject never changes: it is what Latchkey knows somebody by. */
export const accounts = [
  {
    subject: 'demo-sam',
    email: 'sam@demo.test',
    name: 'Sam Sinclair',
    note: 'A developer with a licence, without a password',
  },
  { subject: 'demo-nina', email: 'nina@demo.test', name: 'Nina Newcomer', note: 'New: becomes a member by signing in' },
] as const;

export type DemoPerson = (typeof accounts)[number];
