/**
 * Permutation tests of a mean difference: exact where all rearrangements can be gone through, else
 * by random ones.
 */
import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";

export type Alternative = "two-sided" | "greater" | "less";

export interface PermutationOptions {
  readonly rng: Rng;
  /** Random rearrangements where there are too many to go through all. */
  readonly resamples?: number;
  /** `greater`: the first is larger on average. */
  readonly alternative?: Alternative;
}

export interface PermutationTest {
  /** Mean difference, first minus second. */
  readonly value: number;
  readonly p: number;
  readonly method: "exact" | "random";
  /** Rearrangements the p-value rests on, the observed one included. */
  readonly rearrangements: number;
}

const RESAMPLES_DEFAULT = 9999;
/** All arrangements are gone through up to this many: about 10 ms. */
const EXACT_MAX = 2 ** 18;
/** Sums that differ by less than this share of their scale are ties broken by rounding. */
const TIE_TOLERANCE = 1e-12;

interface Tails {
  less: number;
  greater: number;
}

function pValue({ less, greater }: Tails, total: number, alternative: Alternative): number {
  if (alternative === "less") return less / total;
  if (alternative === "greater") return greater / total;
  return Math.min(1, (2 * Math.min(less, greater)) / total);
}

const sumOf = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const spreadOf = (values: Float64Array): number =>
  values.reduce((total, value) => total + Math.abs(value), 0);

/** Tallies all 2^n sign patterns in Gray-code order, one sign changed a step. */
function allSigns(d: Float64Array, observed: number, tolerance: number): Tails {
  const sign = new Int8Array(d.length).fill(1);
  let sum = observed;
  const tails = { less: 1, greater: 1 }; // the observed pattern itself
  for (let step = 1; step < 2 ** d.length; step++) {
    const flip = 31 - Math.clz32(step & -step);
    sum -= 2 * (sign[flip] as number) * (d[flip] as number);
    sign[flip] = -(sign[flip] as number);
    if (sum <= observed + tolerance) tails.less++;
    if (sum >= observed - tolerance) tails.greater++;
  }
  return tails;
}

function randomSigns(
  d: Float64Array,
  {
    observed,
    tolerance,
    resamples,
    rng,
  }: { observed: number; tolerance: number; resamples: number; rng: Rng },
): Tails {
  const tails = { less: 1, greater: 1 };
  const all = sumOf(d);
  for (let r = 0; r < resamples; r++) {
    let kept = 0;
    for (let start = 0; start < d.length; start += 32) {
      let [word] = rng.key();
      const end = Math.min(start + 32, d.length);
      for (let i = start; i < end; i++) {
        kept += (word & 1) * (d[i] as number);
        word >>>= 1;
      }
    }
    const sum = 2 * kept - all;
    if (sum <= observed + tolerance) tails.less++;
    if (sum >= observed - tolerance) tails.greater++;
  }
  return tails;
}

/**
 * Paired test by flipping signs: under the null each difference is as likely positive as negative.
 * `differences`: [n] first minus second, one a pair. Random flips give (hits + 1)/(resamples + 1)
 * (Phipson and Smyth 2010).
 */
export function pairedPermutation(
  differences: Float64Array,
  { rng, resamples = RESAMPLES_DEFAULT, alternative = "two-sided" }: PermutationOptions,
): PermutationTest {
  const n = differences.length;
  assert(n > 0, "at least one pair");
  const observed = sumOf(differences);
  const tolerance = TIE_TOLERANCE * spreadOf(differences);
  const exact = 2 ** n <= EXACT_MAX;
  const tails = exact
    ? allSigns(differences, observed, tolerance)
    : randomSigns(differences, { observed, tolerance, resamples, rng: rng.split("signs") });
  const rearrangements = exact ? 2 ** n : resamples + 1;
  return {
    value: observed / n,
    p: pValue(tails, rearrangements, alternative),
    method: exact ? "exact" : "random",
    rearrangements,
  };
}

/** C(n, k), or Infinity once it is past `EXACT_MAX`. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    ways = (ways * (n - i + 1)) / i;
    if (ways > EXACT_MAX) return Number.POSITIVE_INFINITY;
  }
  return Math.round(ways);
}

/**
 * Sums of every choice of `size` of the pooled values, in lexicographic order of their positions.
 */
function* allChoices(pooled: Float64Array, size: number): Generator<number> {
  const chosen = Uint32Array.from({ length: size }, (_, i) => i);
  for (;;) {
    let sum = 0;
    for (const i of chosen) sum += pooled[i] as number;
    yield sum;
    let at = size - 1;
    while (at >= 0 && chosen[at] === pooled.length - size + at) at--;
    if (at < 0) return;
    chosen[at] = (chosen[at] as number) + 1;
    for (let i = at + 1; i < size; i++) chosen[i] = (chosen[i - 1] as number) + 1;
  }
}

/**
 * Sums of random choices of `size` of the pooled values, by the first steps of a Fisher-Yates
 * shuffle.
 */
function* randomChoices(
  pooled: Float64Array,
  size: number,
  resamples: number,
  rng: Rng,
): Generator<number> {
  const values = pooled.slice();
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const j = i + rng.int(values.length - i);
      const held = values[j] as number;
      values[j] = values[i] as number;
      values[i] = held;
      sum += held;
    }
    yield sum;
  }
}

/**
 * Test of two independent samples by dealing their values out anew. Two-sided p: twice the smaller
 * tail.
 */
export function twoSamplePermutation(
  first: Float64Array,
  second: Float64Array,
  { rng, resamples = RESAMPLES_DEFAULT, alternative = "two-sided" }: PermutationOptions,
): PermutationTest {
  assert(first.length > 0 && second.length > 0, "at least one value on either side");
  const pooled = new Float64Array(first.length + second.length);
  pooled.set(first);
  pooled.set(second, first.length);
  const observed = sumOf(first);
  const tolerance = TIE_TOLERANCE * spreadOf(pooled);
  const ways = choose(pooled.length, first.length);
  const exact = ways <= EXACT_MAX;
  // All choices hold the observed one; random ones do not, and it is counted in.
  const tails = exact ? { less: 0, greater: 0 } : { less: 1, greater: 1 };
  const sums = exact
    ? allChoices(pooled, first.length)
    : randomChoices(pooled, first.length, resamples, rng.split("choices"));
  for (const sum of sums) {
    if (sum <= observed + tolerance) tails.less++;
    if (sum >= observed - tolerance) tails.greater++;
  }
  const rearrangements = exact ? ways : resamples + 1;
  return {
    value: observed / first.length - sumOf(second) / second.length,
    p: pValue(tails, rearrangements, alternative),
    method: exact ? "exact" : "random",
    rearrangements,
  };
}
