import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import type { ArmSummary, ClaimResult, Comparison, Curve, SeedResult, Study } from "#core/study.ts";

const RESAMPLES = 2_000;
const LEVEL = 0.95;

/**
 * Summarises the seeds of a study: arms with intervals, and claims judged by paired comparisons.
 *
 * Intervals come from a two-level bootstrap: seeds are resampled, and within each a bootstrap replicate over its items
 * is drawn. Replicate r uses the same items in every arm of a seed, so differences between arms stay paired.
 * A curved metric (a calibration gap, a binned R2) is biased on items drawn twice; that bias, the mean of the draws
 * less the figure itself, is taken off each draw (Efron & Tibshirani 1993, 10.2), or a figure could lie outside of its
 * own interval.
 */
export function summarise(
  study: Study,
  results: readonly SeedResult[],
  rng: Rng,
): { arms: ArmSummary[]; claims: ClaimResult[]; curves: Curve[]; facts: SeedResult["facts"] } {
  assert(results.length > 0, "a study has at least one seed");
  const draws = resamples(results, rng.split("resamples"));
  return {
    arms: study.arms.map((arm) => ({ ...arm, metrics: summariseArm(arm.id, results, draws) })),
    claims: study.claims.map((claim) => judge(claim, results, draws)),
    curves: results.flatMap((result) => result.curves.map((curve) => atSeed(curve, result.seed))),
    facts: meanFacts(results),
  };
}

/** One bootstrap draw: which seeds, and which replicate within each. */
type Draw = readonly { readonly seed: number; readonly replicate: number }[];

function resamples(results: readonly SeedResult[], rng: Rng): Draw[] {
  const counts = results.map(replicateCount);
  return Array.from({ length: RESAMPLES }, () =>
    results.map(() => {
      const seed = rng.int(results.length);
      const count = counts[seed] ?? 0;
      return { seed, replicate: count === 0 ? -1 : rng.int(count) };
    }),
  );
}

function replicateCount(result: SeedResult): number {
  const counts = new Set<number>();
  for (const metrics of Object.values(result.arms))
    for (const metric of Object.values(metrics))
      if (metric.replicates !== undefined) counts.add(metric.replicates.length);
  assert(counts.size <= 1, `every arm of seed ${result.seed} has the same number of replicates`);
  return counts.values().next().value ?? 0;
}

function summariseArm(arm: string, results: readonly SeedResult[], draws: readonly Draw[]) {
  const names = new Set(results.flatMap((result) => Object.keys(result.arms[arm] ?? {})));
  return Object.fromEntries(
    [...names].map((metric) => {
      const perSeed = results.map((result) => metricAt(result, arm, metric));
      const value = mean(perSeed);
      const at = (seed: number, r: number) => metricAt(results[seed], arm, metric, r);
      return [metric, { value, interval: intervalOf(value, draws, at), perSeed }];
    }),
  );
}

function judge(
  claim: Comparison,
  results: readonly SeedResult[],
  draws: readonly Draw[],
): ClaimResult {
  const { id, text, metric, arm, against, expect } = claim;
  const difference = (result: SeedResult | undefined, replicate = -1) =>
    metricAt(result, arm, metric, replicate) -
    (against === undefined ? 0 : metricAt(result, against, metric, replicate));
  const value = mean(results.map((result) => difference(result)));
  const interval = intervalOf(value, draws, (seed, r) => difference(results[seed], r));
  const above = "above" in expect;
  return {
    id,
    text,
    holds: above ? interval.low > expect.above : interval.high < expect.below,
    value,
    interval,
    rule: above
      ? `lower end of the interval above ${expect.above}`
      : `upper end of the interval below ${expect.below}`,
  };
}

function metricAt(
  result: SeedResult | undefined,
  arm: string,
  metric: string,
  replicate = -1,
): number {
  const found = result?.arms[arm]?.[metric];
  assert(found !== undefined, `arm "${arm}" reports "${metric}" on every seed`);
  return found.replicates?.[replicate] ?? found.value;
}

function intervalOf(
  value: number,
  draws: readonly Draw[],
  at: (seed: number, replicate: number) => number,
): Interval {
  const means = Float64Array.from(draws, (draw) =>
    mean(draw.map(({ seed, replicate }) => at(seed, replicate))),
  ).sort();
  const bias = mean([...means]) - value;
  const quantile = (p: number) => (means[Math.round(p * (means.length - 1))] ?? Number.NaN) - bias;
  return {
    low: quantile((1 - LEVEL) / 2),
    high: quantile((1 + LEVEL) / 2),
    level: LEVEL,
    method: "bootstrap over seeds and items",
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const atSeed = (curve: Curve, seed: number): Curve => ({ ...curve, id: `${curve.id}/${seed}` });

/** Numbers are averaged over seeds; a text stands if all seeds agree on it. */
function meanFacts(results: readonly SeedResult[]): SeedResult["facts"] {
  const names = new Set(results.flatMap((result) => Object.keys(result.facts)));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = results.flatMap((result) => result.facts[name] ?? []);
      const numbers = values.filter((value) => typeof value === "number");
      if (numbers.length === values.length) return [name, mean(numbers)];
      return [name, [...new Set(values)].join(" / ")];
    }),
  );
}
