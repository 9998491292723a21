/**
 * Confidence sequences: intervals that cover at all times at once, so that people may look after
 * every item and stop when they like. Each is the set of means against which no bettor has made
 * 1/alpha of the stake (Ville's inequality).
 */
import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import { logGamma } from "#num/special.ts";
import { checkRange, PROBABILITY } from "./check.ts";
import { checkLevel, LEVEL_DEFAULT } from "./proportion.ts";

/** Halvings of [0, 1] until the ends are known to 1e-12. */
const HALVINGS = 40;

/** Greatest m in [low, high] at which `holds`, which holds up to some point and not after. */
function lastWhere(holds: (m: number) => boolean, low: number, high: number): number {
  let yes = low;
  let no = high;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (yes + no) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/**
 * For a rate, from the counts so far: Robbins' mixture of bets over a Beta(½, ½) prior (Robbins
 * 1970; Howard et al. 2021, section 4). Valid at every n at once for one stream of 0s and 1s; n = 0
 * gives [0, 1].
 */
export function rateSequence(successes: number, n: number, level = LEVEL_DEFAULT): Interval {
  checkLevel(level);
  assert(successes >= 0 && successes <= n, "counts with 0 <= successes <= n");
  const failures = n - successes;
  const needed = logBeta(successes + 0.5, failures + 0.5) - logBeta(0.5, 0.5) + Math.log(1 - level);
  const term = (count: number, p: number) => (count === 0 ? 0 : count * Math.log(p));
  const refuted = (m: number) => term(successes, m) + term(failures, 1 - m) <= needed;
  const best = n === 0 ? 0.5 : successes / n;
  return {
    low: refuted(0) ? lastWhere(refuted, 0, best) : 0,
    high: refuted(1) ? 1 - lastWhere((m) => refuted(1 - m), 0, 1 - best) : 1,
    level,
    method: "beta-binomial-sequence",
  };
}

/** Share of the stake a bet may lose at most: one surprise does not ruin the bettor. */
const STAKE_MAX = 0.75;

/** [n] bet sizes, each from the values before it only: eq. 26 of Waudby-Smith and Ramdas (2024). */
function betSizes(values: Float64Array, alpha: number): Float64Array {
  const bets = new Float64Array(values.length);
  let sum = 0.5;
  let squares = 0.25;
  for (let t = 1; t <= values.length; t++) {
    const variance = squares / t;
    bets[t - 1] = Math.sqrt((2 * Math.log(2 / alpha)) / (variance * t * Math.log(1 + t)));
    const value = values[t - 1] as number;
    sum += value;
    squares += (value - sum / (t + 1)) ** 2;
  }
  return bets;
}

/** Whether betting that the mean exceeds m ever multiplied the stake by `goal`. */
function refutesFromAbove(
  values: Float64Array,
  bets: Float64Array,
  m: number,
  goal: number,
): boolean {
  let capital = 1;
  const most = STAKE_MAX / m;
  for (let t = 0; t < values.length; t++) {
    capital *= 1 + Math.min(bets[t] as number, most) * ((values[t] as number) - m);
    if (capital >= goal) return true;
  }
  return false;
}

/**
 * For the mean of values in [0, 1], any distribution, in the order they came: hedged betting with a
 * predictable plug-in (Waudby-Smith and Ramdas 2024, theorem 3), what earlier values had refuted
 * kept refuted.
 */
export function meanSequence(values: Float64Array, level = LEVEL_DEFAULT): Interval {
  checkLevel(level);
  checkRange("values", values, PROBABILITY);
  const alpha = 1 - level;
  const bets = betSizes(values, alpha);
  const mirrored = values.map((value) => 1 - value);
  const lower = (of: Float64Array) =>
    lastWhere((m) => refutesFromAbove(of, bets, m, 2 / alpha), 0, 1);
  return { low: lower(values), high: 1 - lower(mirrored), level, method: "betting-sequence" };
}

/** For a mean difference of paired outcomes in [−1, 1], pairs in the order they came. */
export function differenceSequence(differences: Float64Array, level = LEVEL_DEFAULT): Interval {
  const { low, high, method } = meanSequence(
    differences.map((difference) => (difference + 1) / 2),
    level,
  );
  return { low: 2 * low - 1, high: 2 * high - 1, level, method };
}
