/** Whether two means are the same for all that matters: two one-sided tests (Schuirmann 1987). */
import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import { studentTCdf, studentTQuantile } from "#num/special.ts";

export interface EquivalenceOptions {
  /** Differences within low..high do not matter; stated before looking. */
  readonly low: number;
  readonly high: number;
  readonly alpha?: number;
}

export interface Equivalence {
  /** Mean difference. */
  readonly value: number;
  /** The larger of the two one-sided p-values. */
  readonly p: number;
  readonly equivalent: boolean;
  /** At level 1 − 2·alpha: inside low..high exactly when the two are equivalent. */
  readonly interval: Interval;
}

/** `differences`: [n] paired differences, n ≥ 2, taken as a sample from a normal or n large. */
export function tostPaired(
  differences: Float64Array,
  { low, high, alpha = 0.05 }: EquivalenceOptions,
): Equivalence {
  const n = differences.length;
  assert(n >= 2, "at least two pairs");
  assert(low < high, "a margin with low < high");
  assert(alpha > 0 && alpha < 0.5, "alpha in (0, 0.5)");
  const value = differences.reduce((total, d) => total + d, 0) / n;
  const squares = differences.reduce((total, d) => total + (d - value) ** 2, 0);
  const error = Math.sqrt(squares / (n - 1) / n);
  const t = studentTQuantile(1 - alpha, n - 1);
  const interval = {
    low: value - t * error,
    high: value + t * error,
    level: 1 - 2 * alpha,
    method: "student-t",
  };
  const p =
    error === 0
      ? Number(!(low < value && value < high))
      : Math.max(
          studentTCdf((low - value) / error, n - 1),
          studentTCdf((value - high) / error, n - 1),
        );
  return { value, p, equivalent: p < alpha, interval };
}
