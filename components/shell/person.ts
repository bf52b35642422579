/** Who is signed in, as the shell shows them. */
export type Person = { name: string; email: string; admin: boolean };
