/** Intervals for a proportion, `successes` of `n` independent trials. */
import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import { betaQuantile, normalQuantile } from "#num/special.ts";

export const LEVEL_DEFAULT = 0.95;

function checkCounts(successes: number, n: number): void {
  assert(
    Number.isSafeInteger(successes) && Number.isSafeInteger(n) && 0 <= successes && successes <= n,
    `counts with 0 <= successes <= n, whole numbers (got ${successes} of ${n})`,
  );
}

/** Refuses a coverage outside (0, 1). */
export function checkLevel(level: number): void {
  assert(level > 0 && level < 1, `a level strictly between 0 and 1 (got ${level})`);
}

/** Standard normal quantile of a two-sided interval: 1.96 at level 0.95. */
export function twoSidedZ(level: number): number {
  checkLevel(level);
  return normalQuantile(0.5 + level / 2);
}

/**
 * Ends of Wilson's score interval (Wilson 1927), `z` standard deviations to either side. The counts may be weights
 * below 1 that were summed: the interval is then on the wide side. Nothing observed (n = 0) gives 0 and 1.
 */
export function wilsonBounds(
  successes: number,
  n: number,
  z: number,
): { readonly low: number; readonly high: number } {
  assert(successes >= 0 && successes <= n, `0 <= successes <= n (got ${successes} of ${n})`);
  if (n === 0) return { low: 0, high: 1 };
  const p = successes / n;
  const scale = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / scale;
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}

/**
 * Wilson's score interval. Coverage is close to the level on average, for reporting;
 * a promise takes `clopperPearson`. Nothing observed (n = 0) gives [0, 1].
 */
export function wilson(successes: number, n: number, level = LEVEL_DEFAULT): Interval {
  checkCounts(successes, n);
  return { ...wilsonBounds(successes, n, twoSidedZ(level)), level, method: "wilson" };
}

/**
 * Largest rate not refuted by `successes` of `n`: covers with probability at least 1 − `alpha`,
 * one-sided.
 */
export function clopperPearsonUpper(successes: number, n: number, alpha: number): number {
  checkCounts(successes, n);
  checkLevel(1 - alpha);
  return successes === n ? 1 : betaQuantile(1 - alpha, successes + 1, n - successes);
}

/**
 * Smallest rate not refuted by `successes` of `n`: covers with probability at least 1 − `alpha`,
 * one-sided.
 */
export function clopperPearsonLower(successes: number, n: number, alpha: number): number {
  checkCounts(successes, n);
  checkLevel(1 - alpha);
  return successes === 0 ? 0 : betaQuantile(alpha, successes, n - successes + 1);
}

/**
 * The exact interval (Clopper and Pearson 1934): coverage is at least the level for every n and
 * rate. Nothing observed (n = 0) gives [0, 1].
 */
export function clopperPearson(successes: number, n: number, level = LEVEL_DEFAULT): Interval {
  checkLevel(level);
  const alpha = (1 - level) / 2;
  return {
    low: clopperPearsonLower(successes, n, alpha),
    high: clopperPearsonUpper(successes, n, alpha),
    level,
    method: "clopper-pearson",
  };
}
