import type { NewKey } from './states';

export async function downloadCsv(newKey: NewKey, origin: string): Promise<void> {
  const { keyCsv } = await import('@/lib/keys/csv');
  save(`${newKey.clientId}.csv`, 'text/csv;charset=utf-8', keyCsv({ ...newKey, origin }));
}

export function downloadEnv({ clientId, secret }: NewKey, origin: string): void {
  const lines = [`LATCHKEY_URL=${origin}`, `LATCHKEY_CLIENT_ID=${clientId}`, `LATCHKEY_CLIENT_SECRET=${secret}`];
  save(`${clientId}.env`, 'text/plain;charset=utf-8', `${lines.join('\n')}\n`);
}

function save(name: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has to begin reading first.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
