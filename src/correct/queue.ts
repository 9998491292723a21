import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import type { LabelSchema, ReviewOrder } from "#core/project.ts";
import type { Rng } from "#core/rng.ts";
import type { Point } from "#core/views.ts";
import type { Matrix } from "#num/matrix.ts";
import { gammaIncomplete } from "#num/special.ts";
import { farthestFirst, roundRobin } from "./diversity.ts";
import { errorCount } from "./poisson-binomial.ts";

/**
 * What leaving an item as it is costs on average: risk x severity x reach.
 * `risk`: calibrated probability that the proposal is wrong; null (an abstention) is certain not to
 * be the answer. `severity`: cost of one error, in the schema's unit. `reach`: how many see or use
 * it.
 */
export const expectedCost = ({
  risk,
  severity,
  reach = 1,
}: {
  readonly risk: number | null;
  readonly severity: number;
  readonly reach?: number;
}): number => (risk ?? 1) * severity * reach;

/**
 * Mean severity of putting out `proposed` given that it is wrong, over what could be right instead.
 * `probabilities`: [classes] as assessed; absent, the other classes are equally likely.
 */
export function severityIfWrong(
  proposed: string | null,
  schema: LabelSchema,
  probabilities?: ArrayLike<number>,
): number {
  let weights = 0;
  let sum = 0;
  for (const [index, gold] of schema.classes.entries()) {
    if (gold === proposed) continue;
    const weight = probabilities?.[index] ?? 1;
    weights += weight;
    sum += weight * (schema.severity[gold] ?? 1);
  }
  return weights > 0 ? sum / weights : severityIfWrong(proposed, schema);
}

/** Entropy of a distribution as a share of the largest possible: 0 certain, 1 all classes equal. */
export function entropyShare(probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < probabilities.length; k++) {
    const p = probabilities[k] as number;
    if (p > 0) sum -= p * Math.log(p);
  }
  return probabilities.length > 1 ? sum / Math.log(probabilities.length) : 0;
}

/** 1 minus the lead of the likeliest class over the next: 1 a tie, 0 certain. */
export function narrowness(probabilities: ArrayLike<number>): number {
  let first = 0;
  let second = 0;
  for (let k = 0; k < probabilities.length; k++) {
    const p = probabilities[k] as number;
    if (p > first) {
      second = first;
      first = p;
    } else if (p > second) second = p;
  }
  return 1 - (first - second);
}

/** An item as the queue weighs it. */
export interface Candidate {
  readonly id: string;
  readonly risk: number | null;
  /** Expected cost of leaving it as it is. */
  readonly cost: number;
  /** [classes] the assessor's distribution; absent, `risk` against the rest. */
  readonly probabilities?: ArrayLike<number>;
}

/** One key for each order, higher first. */
export type RankKeys = Readonly<Record<ReviewOrder, number>>;

/**
 * The keys of the four orders, computed once per assessment and then kept, so that a list never
 * jumps under the reader. Cost and uncertainty depend on the item alone, `random` on seed and id
 * alone; `diversity` on the batch, and equals the random key where there are no features.
 * `features`: [candidates, f], rows as in `candidates`.
 */
export function rankKeys(
  candidates: readonly Candidate[],
  { rng, features }: { readonly rng: Rng; readonly features?: Matrix },
): RankKeys[] {
  assert(
    features === undefined || features.rows === candidates.length,
    "features have one row for each candidate",
  );
  const random = candidates.map(({ id }) => rng.split(`queue/${id}`).uniform());
  const diversity = features === undefined ? random : diversityKeys(candidates, features);
  return candidates.map(({ risk, cost, probabilities }, index) => ({
    cost,
    uncertainty: entropyShare(probabilities ?? (risk === null ? [0.5, 0.5] : [risk, 1 - risk])),
    diversity: diversity[index] as number,
    random: random[index] as number,
  }));
}

function diversityKeys(candidates: readonly Candidate[], features: Matrix): Float64Array {
  const keys = new Float64Array(candidates.length);
  if (candidates.length === 0) return keys;
  const byCost = sortedRows(candidates, ({ cost }) => cost);
  const order = roundRobin(farthestFirst(features, { first: byCost[0] as number }), byCost);
  order.forEach((row, rank) => {
    keys[row] = 1 - rank / order.length;
  });
  return keys;
}

/** Row numbers by key, highest first; equal keys by id, so that the order is the same everywhere. */
function sortedRows<T extends { readonly id: string }>(
  rows: readonly T[],
  key: (row: T) => number,
): Uint32Array {
  const keys = Float64Array.from(rows, key);
  assert(!keys.some(Number.isNaN), "rank keys are numbers");
  return Uint32Array.from(rows.keys()).sort((a, b) => {
    const difference = (keys[b] as number) - (keys[a] as number);
    if (difference !== 0) return difference;
    return (rows[a] as T).id < (rows[b] as T).id ? -1 : 1;
  });
}

/** The queue in one of the four orders. */
export const inOrder = <T extends RankKeys & { readonly id: string }>(
  rows: readonly T[],
  order: ReviewOrder,
): T[] =>
  Array.from(
    sortedRows(rows, (row) => row[order]),
    (row) => rows[row] as T,
  );

/** What a review may cost: minutes of attention, a number of items, or both. */
export interface ReviewBudget {
  readonly minutes?: number;
  readonly count?: number;
}

/** How many items the budget buys. `msPerItem`: median attention per item. */
export function affordable({ minutes, count }: ReviewBudget, msPerItem: number): number {
  assert(msPerItem > 0, "an item takes some time");
  const byTime = minutes === undefined ? Infinity : Math.floor((minutes * 60_000) / msPerItem);
  return Math.min(count ?? Infinity, byTime);
}

const CURVE_POINTS = 101;

/**
 * Errors expected to be left after reviewing the first x items, with an interval that holds the
 * true number with probability `level` when the risks are calibrated.
 *
 * `risks`: [n] in review order. `calibration`: interval of (true errors / sum of risks) where it
 * was measured (`calibrationRatio`); its misses and those of chance then share the level (union
 * bound). Reviewed items count as right: the reviewer's own slips are not in it.
 */
export function budgetCurve(
  risks: ArrayLike<number>,
  how: {
    readonly level?: number;
    readonly points?: number;
    readonly calibration?: Interval;
  } = {},
): Point[] {
  const { level = 0.95, points = CURVE_POINTS, calibration } = how;
  const n = risks.length;
  const chance = calibration === undefined ? level : level + (1 - calibration.level);
  assert(chance < 1, "the calibration interval has a higher level than the curve");
  const [expected, few, many] = [errorCount(), errorCount(), errorCount()];
  const steps = Math.min(n, Math.max(points - 1, 1));
  const grid = Array.from({ length: steps + 1 }, (_, i) => Math.round((i * n) / (steps || 1)));

  const curve: Point[] = [];
  let reviewed = n;
  for (const x of grid.toReversed()) {
    while (reviewed > x) {
      const risk = risks[--reviewed] as number;
      expected.add(risk);
      if (calibration === undefined) continue;
      few.add(Math.min(1, risk * calibration.low));
      many.add(Math.min(1, risk * calibration.high));
    }
    const { low } = (calibration === undefined ? expected : few).interval(chance);
    const { high } = (calibration === undefined ? expected : many).interval(chance);
    curve.push({ x, y: expected.mean, low, high, n });
  }
  return curve.reverse();
}

/**
 * True errors over expected ones, from items judged at random: `observed` wrong where the risks
 * summed to `expected`. Exact Poisson interval (Garwood 1936), conservative here, since a sum of
 * independent errors spreads less than a Poisson count of the same mean.
 */
export function calibrationRatio({
  observed,
  expected,
  level = 0.975,
}: {
  readonly observed: number;
  readonly expected: number;
  readonly level?: number;
}): Interval {
  assert(expected > 0, "some error was expected");
  const tail = (1 - level) / 2;
  const bound = (shape: number, p: number) =>
    shape === 0 ? 0 : gammaQuantile(p, shape) / expected;
  return {
    low: bound(observed, tail),
    high: bound(observed + 1, 1 - tail),
    level,
    method: "garwood",
  };
}

/** Gamma(shape, 1) quantile by bisection on its distribution function. */
function gammaQuantile(p: number, shape: number): number {
  let low = 0;
  let high = shape + 10 * Math.sqrt(shape) + 40;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (gammaIncomplete(shape, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
