/** A shorter value would turn up by chance, and is no secret. */
const shortest = 8;

/**
 * Replaces a secret in a stream of bytes by as many asterisks, wherever it stands as it is, also across chunks. Nothing
 * is held back but the end of a chunk that may be the secret's beginning.
 */
export function openMask(secret: string | null) {
  const wanted = Buffer.from(secret !== null && secret.length >= shortest ? secret : '');
  let held: Buffer | null = null;

  /** The part of it that can be sent already. */
  function pass(chunk: Buffer): Buffer {
    if (wanted.length === 0) return chunk;
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    held = null;
    let from = 0;
    for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, from)) {
      from = at + wanted.length;
      bytes.fill('*', at, from);
    }
    const start = beginningAtEnd(bytes, from);
    if (start === bytes.length) return bytes;
    held = bytes.subarray(start);
    return bytes.subarray(0, start);
  }

  /** Where the longest beginning of the secret starts that the bytes end with; their length when there is none. */
  function beginningAtEnd(bytes: Buffer, from: number): number {
    const first = Math.max(from, bytes.length - wanted.length + 1);
    for (let at = bytes.indexOf(wanted[0] as number, first); at >= 0; at = bytes.indexOf(wanted[0] as number, at + 1)) {
      if (bytes.compare(wanted, 0, bytes.length - at, at) === 0) return at;
    }
    return bytes.length;
  }

  return {
    pass,
    /** What was held back: it was the secret's beginning, and no more. Null: nothing. */
    rest: (): Buffer | null => held,
    text: (value: string): string =>
      secret !== null && wanted.length > 0 && value.includes(secret)
        ? value.replaceAll(secret, '*'.repeat(secret.length))
        : value,
  };
}
export type Mask = ReturnType<typeof openMask>;
