const rotl = (x: number, r: number) => (x << r) | (x >>> (32 - r));

/** MurmurHash3 x86 32-bit (Appleby 2011) of `bytes[start, end)`; a signed 32-bit number. */
export function murmur3(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  const c1 = 0xcc9e2d51;
  const c2 = 0x1b873593;
  const tail = start + ((end - start) & ~3);
  let h = seed;
  for (let i = start; i < tail; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    h ^= Math.imul(rotl(Math.imul(word, c1), 15), c2);
    h = (Math.imul(rotl(h, 13), 5) + 0xe6546b64) | 0;
  }
  if (tail < end) {
    let word = 0;
    for (let i = end - 1; i >= tail; i--) word = (word << 8) | (bytes[i] as number);
    h ^= Math.imul(rotl(Math.imul(word, c1), 15), c2);
  }
  h ^= end - start;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
