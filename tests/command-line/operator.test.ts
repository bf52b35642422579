/** What an operator's commands do is tested beside what they use; here, that they start as package.json has them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test.each(['tenant:create', 'member:erase', 'audit:verify', 'vault:rotate'])(
  'npm run %s starts, and says how it is used',
  async (command) => {
    const run = promisify(execFile)('npm', ['run', '--silent', command, '--', '--nonsense']);
    await expect(run).rejects.toMatchObject({
      code: expect.any(Number),
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`Unknown option '--nonsense'[^]*\\nUsage: npm run ${command}`)),
    });
  },
);
