/**
 * What a risk score buys when it decides which items go out and which a person reads.
 * `risk`: [n] higher is reviewed first; `wrong`: [n] 1 where the output is wrong, else 0.
 * Items of equal risk are taken in random order: every figure is the expectation over it.
 */
import { assert } from "#core/assert.ts";
import { checkRange, NUMBER, PROBABILITY } from "./check.ts";
import { ascending } from "./reliability.ts";

export interface RiskCoverage {
  /** [n] share of the items answered, least risky first: 1/n, 2/n, …, 1. */
  readonly coverage: Float64Array;
  /** [n] error among the items answered at that coverage. */
  readonly error: Float64Array;
  /** Mean of `error` over all coverages (AURC, Geifman and El-Yaniv 2017). */
  readonly area: number;
}

/** [n + 1] expected errors among the k least risky items, k = 0..n. */
function errorsAmongLeastRisky(risk: ArrayLike<number>, wrong: ArrayLike<number>): Float64Array {
  assert(risk.length === wrong.length, "as many risks as outcomes");
  checkRange("risks", risk, NUMBER);
  const n = risk.length;
  const order = ascending(risk);
  const errors = new Float64Array(n + 1);
  for (let start = 0; start < n; ) {
    const tied = risk[order[start] as number] as number;
    let end = start;
    let inGroup = 0;
    while (end < n && risk[order[end] as number] === tied) {
      inGroup += wrong[order[end] as number] as number;
      end++;
    }
    const before = errors[start] as number;
    for (let k = start + 1; k <= end; k++)
      errors[k] = before + (inGroup * (k - start)) / (end - start);
    start = end;
  }
  return errors;
}

/** Error against the share of items answered without review. Takes at least one item. */
export function riskCoverage(risk: ArrayLike<number>, wrong: ArrayLike<number>): RiskCoverage {
  const n = risk.length;
  assert(n > 0, "at least one item");
  const errors = errorsAmongLeastRisky(risk, wrong);
  const coverage = new Float64Array(n);
  const error = new Float64Array(n);
  let area = 0;
  for (let k = 1; k <= n; k++) {
    coverage[k - 1] = k / n;
    error[k - 1] = (errors[k] as number) / k;
    area += (errors[k] as number) / k / n;
  }
  return { coverage, error, area };
}

/**
 * Error over ALL n items after a person has put right the riskiest `share` of them, floor(share ·
 * n) items. Null without items.
 */
export function errorAfterReview(
  risk: ArrayLike<number>,
  wrong: ArrayLike<number>,
  share: number,
): number | null {
  assert(share >= 0 && share <= 1, `a share of the items in [0, 1] (got ${share})`);
  const n = risk.length;
  if (n === 0) return null;
  // 0.3 · 10 is 2.9999…96 in binary: a share meant to be 3 items must not become 2.
  const reviewed = Math.floor(share * n + 1e-9);
  return (errorsAmongLeastRisky(risk, wrong)[n - reviewed] as number) / n;
}

export interface ErrorsLeft {
  /**
   * [n + 1] errors expected among the unreviewed after reviewing the k riskiest items, k = 0..n.
   */
  readonly expected: Float64Array;
  /** [n + 1] standard deviation of that count for independent items. */
  readonly deviation: Float64Array;
}

/** Errors left under a review budget, by the risks alone: as good as their calibration. */
export function expectedErrorsLeft(risk: ArrayLike<number>): ErrorsLeft {
  checkRange("risks", risk, PROBABILITY);
  const n = risk.length;
  const expected = new Float64Array(n + 1);
  const deviation = new Float64Array(n + 1);
  let total = 0;
  let variance = 0;
  ascending(risk).forEach((i, at) => {
    const p = risk[i] as number;
    total += p;
    variance += p * (1 - p);
    expected[n - 1 - at] = total;
    deviation[n - 1 - at] = Math.sqrt(variance);
  });
  return { expected, deviation };
}
