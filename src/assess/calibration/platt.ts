import { z } from "zod";
import { assert } from "#core/assert.ts";

/** Platt scaling (Platt 1999): p(event | score) = 1 / (1 + exp(a score + b)). */
export const Platt = z.strictObject({ kind: z.literal("platt"), a: z.number(), b: z.number() });
export type Platt = z.infer<typeof Platt>;

const ITERATIONS_MAX = 100;
const GRADIENT_MIN = 1e-10;
const STEP_MIN = 1e-10;
/** Added to the Hessian's diagonal: it is singular where all scores are equal. */
const RIDGE = 1e-12;

/**
 * Newton's method with backtracking (Lin, Lin and Weng 2007) on Platt's smoothed targets, (n+ + 1)
 * / (n+ + 2) for an event and 1 / (n- + 2) for none, so that separable data do not drive a to
 * infinity. `scores`: [n]; `happened`: [n] 1 where the event happened, else 0.
 */
export function fitPlatt(scores: ArrayLike<number>, happened: ArrayLike<number>): Platt {
  const n = scores.length;
  assert(n > 0 && n === happened.length, "an outcome for every score");
  let events = 0;
  for (let i = 0; i < n; i++) events += happened[i] as number;
  const targets = Float64Array.from({ length: n }, (_, i) =>
    happened[i] === 1 ? (events + 1) / (events + 2) : 1 / (n - events + 2),
  );
  let a = 0;
  let b = Math.log((n - events + 1) / (events + 1));
  let loss = negativeLogLikelihood(scores, targets, a, b);
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const { ga, gb, haa, hab, hbb } = derivatives(scores, targets, a, b);
    if (Math.abs(ga) < GRADIENT_MIN && Math.abs(gb) < GRADIENT_MIN) break;
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const descent = ga * da + gb * db;
    let step = 1;
    for (; step >= STEP_MIN; step /= 2) {
      const next = negativeLogLikelihood(scores, targets, a + step * da, b + step * db);
      if (next >= loss + 1e-4 * step * descent) continue;
      a += step * da;
      b += step * db;
      loss = next;
      break;
    }
    if (step < STEP_MIN) break;
  }
  return { kind: "platt", a, b };
}

function negativeLogLikelihood(
  scores: ArrayLike<number>,
  targets: Float64Array,
  a: number,
  b: number,
): number {
  let loss = 0;
  for (let i = 0; i < targets.length; i++) {
    const f = a * (scores[i] as number) + b;
    const t = targets[i] as number;
    loss += f >= 0 ? t * f + Math.log1p(Math.exp(-f)) : (t - 1) * f + Math.log1p(Math.exp(f));
  }
  return loss;
}

function derivatives(scores: ArrayLike<number>, targets: Float64Array, a: number, b: number) {
  let [ga, gb, haa, hab, hbb] = [0, 0, RIDGE, 0, RIDGE];
  for (let i = 0; i < targets.length; i++) {
    const score = scores[i] as number;
    const p = sigmoid(-(a * score + b));
    const slope = (targets[i] as number) - p;
    const curve = p * (1 - p);
    ga += score * slope;
    gb += slope;
    haa += score * score * curve;
    hab += score * curve;
    hbb += curve;
  }
  return { ga, gb, haa, hab, hbb };
}

const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** Calibrated probability of the event. */
export const applyPlatt = ({ a, b }: Platt, score: number): number => sigmoid(-(a * score + b));
