import { expect, test } from 'vitest';
import { diffMigrationsToSchema } from '@/scripts/schema-engine';

test('migrations and prisma/schema.prisma agree', async () => {
  expect(await diffMigrationsToSchema()).toBe('');
});
