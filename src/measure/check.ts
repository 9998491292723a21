import { assert } from "#core/assert.ts";

/**
 * Refuses values outside [low, high], NaN among them, naming the first. `what` is what they are:
 * "risks".
 */
export function checkRange(
  what: string,
  values: ArrayLike<number>,
  { low, high }: { readonly low: number; readonly high: number },
): void {
  let bad = -1;
  for (let i = 0; i < values.length && bad === -1; i++) {
    const value = values[i] as number;
    if (!(value >= low && value <= high)) bad = i;
  }
  // The message is put together once, not at each of a million values.
  assert(bad === -1, `${what} in [${low}, ${high}] (got ${values[bad]} at ${bad})`);
}

export const PROBABILITY = { low: 0, high: 1 };
export const NUMBER = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
