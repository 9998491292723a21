import { assert } from "#core/assert.ts";
import { type BootstrapOptions, type Bootstrapped, bootstrap } from "./bootstrap.ts";
import { checkRange, NUMBER } from "./check.ts";
import { ascending, pearson } from "./reliability.ts";

function check(x: ArrayLike<number>, y: ArrayLike<number>): void {
  assert(x.length === y.length, "lists of one length");
  checkRange("values", x, NUMBER);
  checkRange("values", y, NUMBER);
}

/** [n] ranks from 1; equal values share the mean of theirs. */
export function midranks(values: ArrayLike<number>): Float64Array {
  const order = ascending(values);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Spearman's ρ: Pearson's correlation of the ranks, ties at their mean; null when a list is constant. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  check(x, y);
  return pearson(midranks(x), midranks(y));
}

/**
 * Kendall's τ-b: pairs in the same order less pairs in the other, over the geometric mean of the
 * pairs each list tells apart (Kendall 1945); null when a list is constant. Takes n² steps.
 */
export function kendall(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  check(x, y);
  let lead = 0;
  let toldX = 0;
  let toldY = 0;
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < i; j++) {
      const dx = Math.sign((x[i] as number) - (x[j] as number));
      const dy = Math.sign((y[i] as number) - (y[j] as number));
      lead += dx * dy;
      toldX += Math.abs(dx);
      toldY += Math.abs(dy);
    }
  return toldX === 0 || toldY === 0 ? null : lead / Math.sqrt(toldX * toldY);
}

const RANK_CORRELATIONS = { spearman, kendall } as const;

/**
 * A rank correlation with an interval over the things ranked, which are taken for a sample of
 * others. Where they are not, methods on a leaderboard, resample what they were judged on instead.
 * A resample on which a list is constant says nothing and is left out; null when a list itself is.
 */
export function rankCorrelation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { kind, ...options }: BootstrapOptions & { readonly kind: keyof typeof RANK_CORRELATIONS },
): Bootstrapped | null {
  const of = RANK_CORRELATIONS[kind];
  if (of(x, y) === null) return null;
  const drawn = (values: ArrayLike<number>, indices: Uint32Array) =>
    Float64Array.from(indices, (i) => values[i] as number);
  return bootstrap((i) => of(drawn(x, i), drawn(y, i)) ?? Number.NaN, x.length, options);
}
