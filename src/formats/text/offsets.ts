import { assert } from "#core/assert.ts";

/** Offsets of one text in both countings: UTF-16 code units, as here, and code points, as in Python. */
export interface Offsets {
  /** Code units before the code point at an offset; undefined past the end of the text. */
  toUnits(points: number): number | undefined;
  /** Code points before a code unit; undefined past the end of the text or inside a surrogate pair. */
  toPoints(units: number): number | undefined;
}

/** Places of the pairs of a text: each makes the two countings differ by one more. */
export function offsetsOf(text: string): Offsets {
  // Code units at which a pair begins, ascending.
  const pairs: number[] = [];
  for (const { index } of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) pairs.push(index);
  const points = text.length - pairs.length;

  /** Pairs for which `before` holds; it does for the first of them and no more from some on. */
  const count = (before: (pair: number, i: number) => boolean): number => {
    let [low, high] = [0, pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const pair = pairs[middle];
      assert(pair !== undefined, "the search stays among the pairs");
      if (before(pair, middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    toUnits: (at) =>
      Number.isInteger(at) && at >= 0 && at <= points
        ? at + count((pair, i) => pair - i < at)
        : undefined,
    toPoints: (at) => {
      if (!Number.isInteger(at) || at < 0 || at > text.length) return undefined;
      const before = count((pair) => pair < at);
      return before > 0 && pairs[before - 1] === at - 1 ? undefined : at - before;
    },
  };
}
