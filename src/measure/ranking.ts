/**
 * How well a score puts the positives first. `scores`: [n]; `positive`: [n] 1 for a positive, else
 * 0.
 */
import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import { checkRange, NUMBER } from "./check.ts";
import { ascending } from "./reliability.ts";

/** Nothing to rank against: the items are all positive or all negative. */
export interface OneClass {
  readonly kind: "one-class";
  readonly positives: number;
  readonly negatives: number;
}

function check(scores: ArrayLike<number>, positive: ArrayLike<number>): void {
  assert(scores.length === positive.length, "as many scores as outcomes");
  checkRange("scores", scores, NUMBER);
}

/**
 * Rank of each score among the distinct scores, 0 the least: all the order a ranking metric needs.
 */
function denseRanks(scores: ArrayLike<number>): { ranks: Uint32Array; distinct: number } {
  const ranks = new Uint32Array(scores.length);
  let distinct = 0;
  let previous: number | undefined;
  for (const i of ascending(scores)) {
    const score = scores[i] as number;
    if (previous !== undefined && score !== previous) distinct++;
    previous = score;
    ranks[i] = distinct;
  }
  return { ranks, distinct: scores.length === 0 ? 0 : distinct + 1 };
}

/** Positives and negatives at each distinct score, least score first. */
interface Levels {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** Mann-Whitney U over its maximum; NaN when one class is missing. Ties count half. */
function areaUnder({ positives, negatives }: Levels): number {
  let below = 0;
  let total = 0;
  let area = 0;
  for (let k = 0; k < positives.length; k++) {
    area += (positives[k] as number) * (below + (negatives[k] as number) / 2);
    below += negatives[k] as number;
    total += positives[k] as number;
  }
  return area / (below * total);
}

/**
 * AUROC as a function of item indices, for resampling: the scores are sorted once, a resample costs
 * O(n). NaN on a resample without both classes.
 */
export function aurocOf(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
): (indices: Uint32Array) => number {
  check(scores, positive);
  const { ranks, distinct } = denseRanks(scores);
  const positives = new Float64Array(distinct);
  const negatives = new Float64Array(distinct);
  return (indices) => {
    positives.fill(0);
    negatives.fill(0);
    for (const i of indices) {
      const side = (positive[i] as number) === 1 ? positives : negatives;
      const rank = ranks[i] as number;
      side[rank] = (side[rank] as number) + 1;
    }
    return areaUnder({ positives, negatives });
  };
}

function oneClass(positive: ArrayLike<number>): OneClass | undefined {
  let positives = 0;
  for (let i = 0; i < positive.length; i++) positives += (positive[i] as number) === 1 ? 1 : 0;
  const negatives = positive.length - positives;
  return positives > 0 && negatives > 0 ? undefined : { kind: "one-class", positives, negatives };
}

/** Probability that a positive scores above a negative, ties counting half. */
export function auroc(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
): Result<number, OneClass> {
  const missing = oneClass(positive);
  if (missing !== undefined) return err(missing);
  const everything = Uint32Array.from({ length: scores.length }, (_, i) => i);
  return ok(aurocOf(scores, positive)(everything));
}

/** Σ (recall_k − recall_{k−1}) precision_k over falling thresholds, equal scores taken at once. */
export function averagePrecision(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
): Result<number, OneClass> {
  check(scores, positive);
  const missing = oneClass(positive);
  if (missing !== undefined && missing.positives === 0) return err(missing);
  const order = ascending(scores);
  let hits = 0;
  let hitsBefore = 0;
  let total = 0;
  for (let at = order.length - 1; at >= 0; at--) {
    const i = order[at] as number;
    hits += (positive[i] as number) === 1 ? 1 : 0;
    const next = at > 0 ? scores[order[at - 1] as number] : undefined;
    if (next === scores[i]) continue;
    total += (hits - hitsBefore) * (hits / (order.length - at));
    hitsBefore = hits;
  }
  return ok(total / hits);
}
