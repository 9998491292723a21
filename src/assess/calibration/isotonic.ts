import { z } from "zod";
import { assert } from "#core/assert.ts";

/** A rising map from score to probability, linear between its knots and flat beyond them. */
export const Isotonic = z
  .strictObject({
    kind: z.literal("isotonic"),
    /** Rising. */
    scores: z.array(z.number()).min(1),
    /** Not falling; as many. */
    values: z.array(z.number()).min(1),
  })
  .refine(({ scores, values }) => scores.length === values.length, "a value for every score");
export type Isotonic = z.infer<typeof Isotonic>;

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the rising map with the
 * least squared error. Equal scores are one point with their mean outcome. `scores`: [n];
 * `outcomes`: [n], mostly 0 or 1.
 */
export function fitIsotonic(scores: ArrayLike<number>, outcomes: ArrayLike<number>): Isotonic {
  assert(scores.length > 0 && scores.length === outcomes.length, "an outcome for every score");
  const points = distinctPoints(scores, outcomes);
  /** Pooled blocks, means strictly rising. */
  const blocks: Block[] = [];
  for (const [at, { sum, weight }] of points.entries()) {
    let block: Block = { first: at, last: at, sum, weight };
    for (;;) {
      const before = blocks.at(-1);
      if (before === undefined || before.sum / before.weight < block.sum / block.weight) break;
      blocks.pop();
      block = {
        first: before.first,
        last: block.last,
        sum: before.sum + block.sum,
        weight: before.weight + block.weight,
      };
    }
    blocks.push(block);
  }
  return knotsOf(blocks, points);
}

interface Block {
  readonly first: number;
  readonly last: number;
  readonly sum: number;
  readonly weight: number;
}

interface Point {
  readonly score: number;
  readonly sum: number;
  readonly weight: number;
}

function distinctPoints(scores: ArrayLike<number>, outcomes: ArrayLike<number>): Point[] {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  const points: Point[] = [];
  for (const i of order) {
    const score = scores[i] as number;
    assert(Number.isFinite(score), "scores are finite");
    const last = points.at(-1);
    const outcome = outcomes[i] as number;
    if (last?.score === score)
      points[points.length - 1] = { score, sum: last.sum + outcome, weight: last.weight + 1 };
    else points.push({ score, sum: outcome, weight: 1 });
  }
  return points;
}

/** Both ends of every block: between blocks the map is linear, within one it is flat. */
function knotsOf(blocks: readonly Block[], points: readonly Point[]): Isotonic {
  const scores: number[] = [];
  const values: number[] = [];
  for (const { first, last, sum, weight } of blocks)
    for (const at of first === last ? [first] : [first, last]) {
      scores.push((points[at] as Point).score);
      values.push(sum / weight);
    }
  return { kind: "isotonic", scores, values };
}

/** Calibrated value of a score. */
export function applyIsotonic({ scores, values }: Isotonic, score: number): number {
  const last = scores.length - 1;
  if (score <= (scores[0] as number)) return values[0] as number;
  if (score >= (scores[last] as number)) return values[last] as number;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= score) low = middle;
    else high = middle;
  }
  const [x0, x1] = [scores[low] as number, scores[high] as number];
  const [y0, y1] = [values[low] as number, values[high] as number];
  return y0 + ((y1 - y0) * (score - x0)) / (x1 - x0);
}
