import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";

export interface ConformalThreshold {
  /** Nonconformity up to and including this is covered. */
  readonly threshold: number;
  /** Allowed miscoverage. */
  readonly alpha: number;
  /** Scores it was calibrated on. */
  readonly n: number;
}

export interface TooFewScores {
  readonly kind: "too-few-scores";
  readonly got: number;
  readonly need: number;
}

/**
 * Split conformal threshold (Vovk et al. 2005; Papadopoulos et al. 2002): the ceil((n + 1)(1 -
 * alpha))-th smallest of n calibration scores. A fresh exchangeable score is at most the threshold
 * with probability at least 1 - alpha. `scores`: nonconformity of the right label, for a harmoniser
 * 1 - h(x)[gold].
 */
export function conformalThreshold(
  scores: ArrayLike<number>,
  alpha: number,
): Result<ConformalThreshold, TooFewScores> {
  assert(alpha > 0 && alpha < 1, "alpha lies strictly between 0 and 1");
  const n = scores.length;
  const sorted = Float64Array.from(scores).sort();
  assert(!sorted.some(Number.isNaN), "scores are numbers");
  // Less a rounding error, lest (n + 1)(1 - alpha) = 9.000…1 ask for the tenth.
  const rank = Math.ceil((n + 1) * (1 - alpha) - 1e-9);
  if (rank > n)
    return err({ kind: "too-few-scores", got: n, need: Math.ceil(1 / alpha - 1e-9) - 1 });
  return ok({ threshold: sorted[rank - 1] as number, alpha, n });
}

/** Classes whose nonconformity 1 - p is covered, for one item: `probabilities` [classes]. */
export function predictionSet(
  { threshold }: ConformalThreshold,
  probabilities: ArrayLike<number>,
): number[] {
  return Array.from({ length: probabilities.length }, (_, c) => c).filter(
    (c) => 1 - (probabilities[c] as number) <= threshold,
  );
}
