/** Rates of outcomes that came in with different probabilities, several of them from one person. */
import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import { checkLevel, LEVEL_DEFAULT, twoSidedZ } from "./proportion.ts";

/** One outcome. */
export interface WeightedOutcome {
  readonly hit: boolean;
  /** Inverse of the probability with which it came to be seen, above 0. */
  readonly weight: number;
  /** The unit that was sampled: outcomes of one person are no independent ones. */
  readonly cluster: string;
}

export interface WeightedRate {
  readonly value: number;
  readonly interval: Interval;
  /** Outcomes. */
  readonly n: number;
  /** Independent outcomes that would tell as much. */
  readonly effective: number;
}

/** Wilson's score interval at a number of outcomes that need not be whole. */
function scoreInterval(p: number, n: number, level: number): Interval {
  const z = twoSidedZ(level);
  const scale = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / scale;
  return {
    low: p === 0 ? 0 : Math.max(0, centre - half),
    high: p === 1 ? 1 : Math.min(1, centre + half),
    level,
    method: "wilson-clustered",
  };
}

/**
 * Hájek's rate: Σ w y / Σ w. Its interval is Wilson's at the effective number of outcomes, p(1 − p) over the variance
 * of the rate between clusters (Korn and Graubard 1998), and never more than Kish's (Σ w)² / Σ w². Undefined for no
 * outcomes.
 */
export function weightedRate(
  outcomes: readonly WeightedOutcome[],
  level = LEVEL_DEFAULT,
): WeightedRate | undefined {
  checkLevel(level);
  if (outcomes.length === 0) return undefined;
  let total = 0;
  let squares = 0;
  let hits = 0;
  for (const { hit, weight } of outcomes) {
    assert(weight > 0 && Number.isFinite(weight), "weights are positive");
    total += weight;
    squares += weight * weight;
    if (hit) hits += weight;
  }
  const value = hits / total;
  const clusters = new Map<string, { weight: number; residual: number }>();
  for (const { hit, weight, cluster } of outcomes) {
    const sum = clusters.get(cluster) ?? { weight: 0, residual: 0 };
    sum.weight += weight;
    sum.residual += weight * ((hit ? 1 : 0) - value);
    clusters.set(cluster, sum);
  }
  let between = 0;
  let clusterSquares = 0;
  for (const { weight, residual } of clusters.values()) {
    between += residual * residual;
    clusterSquares += weight * weight;
  }
  const kish = (total * total) / squares;
  const count = clusters.size;
  const variance = count < 2 ? 0 : (between / (total * total)) * (count / (count - 1));
  // All alike, or one person alone: each cluster tells as much as one outcome.
  const spread = variance > 0 ? (value * (1 - value)) / variance : (total * total) / clusterSquares;
  const effective = Math.min(kish, spread);
  return { value, interval: scoreInterval(value, effective, level), n: outcomes.length, effective };
}

/** Interval of `a` less `b`, of independent rates: Newcombe's (1998, method 10), from the interval of each. */
export function rateDifference(
  a: WeightedRate,
  b: WeightedRate,
): { value: number; interval: Interval } {
  const value = a.value - b.value;
  const down = Math.hypot(a.value - a.interval.low, b.interval.high - b.value);
  const up = Math.hypot(a.interval.high - a.value, b.value - b.interval.low);
  return {
    value,
    interval: {
      low: Math.max(-1, value - down),
      high: Math.min(1, value + up),
      level: a.interval.level,
      method: "newcombe-clustered",
    },
  };
}
