import { type BrowserContext, test as base, expect } from '@playwright/test';
import { encode } from 'next-auth/jwt';
import type { Role } from '@/lib/auth/permissions';
import type { Viewer } from '@/lib/auth/queries';
import type { Policy } from '@/lib/tenants/schema';
import { createMember, createTenant, type TestMember, type TestTenant, viewerFor } from '../tests/support/world';

export { expect } from '@playwright/test';

type Options = {
  /** The policy of the test's own tenant, beside the default with keys switched on. */
  policy: Partial<Policy>;
  roles: Role[];
  licensed: boolean;
  password: string | undefined;
  /** Whether the page starts with the member's session. */
  signedIn: boolean;
  /** Console errors that the test provokes on purpose; every other one fails it. */
  expectedConsole: RegExp[];
};

type Fixtures = {
  origin: string;
  tenant: TestTenant;
  member: TestMember;
  /** The member's session, as the library sees it: for arranging data through the real writes. */
  viewer: Viewer;
};

export const test = base.extend<Options & Fixtures>({
  policy: [{}, { option: true }],
  roles: [['developer'], { option: true }],
  licensed: [true, { option: true }],
  password: [undefined, { option: true }],
  signedIn: [true, { option: true }],
  expectedConsole: [[], { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
  origin: async ({}, use) => use(process.env.LATCHKEY_URL as string),
  baseURL: async ({ origin }, use) => use(origin),
  tenant: async ({ policy }, use) => use(await createTenant(policy)),
  member: async ({ tenant, roles, licensed, password }, use) =>
    use(await createMember(tenant, { roles, licensed, ...(password ? { password } : {}) })),
  viewer: async ({ member }, use) => use(await viewerFor(member)),

  context: async ({ context, signedIn, viewer, origin }, use) => {
    if (signedIn) await signIn(context, viewer, origin);
    await use(context);
  },

  page: async ({ page, expectedConsole }, use) => {
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await use(page);
    expect(
      problems.filter((text) => !expectedConsole.some((pattern) => pattern.test(text))),
      'console errors',
    ).toEqual([]);
  },
});

/** Gives a browser the session of a viewer: the very cookie that signing in would set. */
export async function signIn(context: BrowserContext, viewer: Viewer, origin: string): Promise<void> {
  const value = await encode({ token: { sessionId: viewer.sessionId }, secret: process.env.NEXTAUTH_SECRET as string });
  await context.addCookies([{ name: 'latchkey.session', value, url: origin, httpOnly: true, sameSite: 'Lax' }]);
}
