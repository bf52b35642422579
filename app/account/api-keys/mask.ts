import type { KeyView } from '@/lib/keys/schema';

/** A mask as it is shown: enough to tell one secret from another. */
export function maskText({ firstFour, lastFour }: KeyView['mask']): string {
  return `${firstFour}••••••••${lastFour}`;
}

/** What a hidden secret looks like while it is still here. */
export function maskedSecret(secret: string): string {
  return maskText({ firstFour: secret.slice(0, 4), lastFour: secret.slice(-4) });
}
