/**
 * Lets one process run many test files, each as if it were the first: the library is loaded anew, without what it kept for
 * the file before, the environment is what it was, and no timer of an earlier file goes off. Only packages stay loaded,
 * which is what saves the time. This goes before every other setup file, since what it takes away they would bring back.
 */
import { afterAll, vi } from 'vitest';

vi.resetModules();
// `lib/env.ts`, `lib/db/connection.ts` and `lib/db/prisma.ts` keep one of each per process.
for (const name of Object.keys(globalThis)) if (name.startsWith('latchkey')) Reflect.deleteProperty(globalThis, name);

const variables = { ...process.env };
const { setTimeout, setInterval } = globalThis;
const timers = new Set<NodeJS.Timeout>();

/** The function, which remembers what it starts. */
function remembering<Start extends (...args: never[]) => NodeJS.Timeout>(start: Start): Start {
  return new Proxy(start, {
    apply(target, self, args) {
      const timer: NodeJS.Timeout = Reflect.apply(target, self, args);
      timers.add(timer);
      return timer;
    },
  });
}
globalThis.setTimeout = remembering(setTimeout);
globalThis.setInterval = remembering(setInterval);

// The first that was asked for is the last to run.
afterAll(() => {
  vi.useRealTimers();
  Object.assign(globalThis, { setTimeout, setInterval });
  for (const timer of timers) clearTimeout(timer);
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
});
