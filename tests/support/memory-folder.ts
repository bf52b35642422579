import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const memory = '/dev/shm';
const plenty = 2 * 1024 ** 3;

/**
 * A folder for databases that are thrown away with it: in memory where there is plenty of that, since an embedded database is
 * a thousand files, and each file of tests has its own. Containers often have little; then it is an ordinary temporary one.
 */
export function makeMemoryFolder(prefix: string): string {
  return mkdtempSync(path.join(isRoomy() ? memory : tmpdir(), prefix));
}

function isRoomy(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > plenty;
  } catch {
    return false;
  }
}
