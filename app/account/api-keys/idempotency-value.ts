'use client';

import { useState } from 'react';

/** One per opened dialog: a repeated submit, whose first answer was lost, mints nothing twice. */
export function useIdempotencyValue(): string {
  const [value] = useState(newIdempotencyValue);
  return value;
}

/** 32 hexadecimal digits. */
export function newIdempotencyValue(): string {
  // Browsers offer randomUUID to https and localhost only; getRandomValues always.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
