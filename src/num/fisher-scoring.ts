import { assert } from "#core/assert.ts";
import { solveWithRidge } from "./linalg.ts";

/** A log-likelihood with what scoring needs of it, at one point. */
export interface Scored {
  readonly logLikelihood: number;
  /** [k] */
  readonly gradient: Float64Array;
  /** [k, k] row-major, symmetric and positive semi-definite: the expected information. */
  readonly information: Float64Array;
}

export interface Bounds {
  /** [k] each. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const ROUNDS_MAX = 200;
/** Likelihoods this close are the same: a ten-thousandth of what an interval's end is told by. */
const GAIN_MIN = 1e-8;
const DAMPING_FIRST = 1e-4;
const DAMPING_MAX = 1e12;

/**
 * The point within the bounds where a log-likelihood is highest, from `start`: Fisher scoring with
 * Levenberg's damping, so that no step lowers it. `fixed`: parameters that stay where they are. It
 * finds a top, not always the highest: begin from several points where there may be more.
 */
export function fisherScoring(
  scoreAt: (parameters: Float64Array) => Scored,
  start: ArrayLike<number>,
  { bounds, fixed = [] }: { readonly bounds: Bounds; readonly fixed?: readonly number[] },
): { parameters: Float64Array; logLikelihood: number } {
  const { low, high } = bounds;
  assert(low.length === start.length && high.length === start.length, "bounds of each parameter");
  const inside = (value: number, i: number) =>
    Math.min(high[i] as number, Math.max(low[i] as number, value));
  let at = Float64Array.from(start, inside);
  let here = scoreAt(at);
  assert(Number.isFinite(here.logLikelihood), "a likelihood above 0 where the search begins");
  let damping = DAMPING_FIRST;
  for (let round = 0; round < ROUNDS_MAX && damping < DAMPING_MAX; round++) {
    const free = Array.from(at.keys()).filter((i) => {
      const slope = here.gradient[i] as number;
      const outward = slope < 0 ? at[i] === low[i] : at[i] === high[i];
      return !fixed.includes(i) && slope !== 0 && !outward;
    });
    if (free.length === 0) break;
    const move = dampedStep(here, free, damping);
    const next = at.map((value, i) => inside(value + (move.get(i) ?? 0), i));
    const there = scoreAt(next);
    const gain = there.logLikelihood - here.logLikelihood;
    if (!(gain >= 0)) {
      damping *= 10;
      continue;
    }
    at = next;
    here = there;
    damping = Math.max(damping / 10, 1e-12);
    if (gain < GAIN_MIN) break;
  }
  return { parameters: at, logLikelihood: here.logLikelihood };
}

/** (I + damping · diag I) δ = gradient over the free parameters; no step where it has no solution. */
function dampedStep(
  { gradient, information }: Scored,
  free: readonly number[],
  damping: number,
): Map<number, number> {
  const k = gradient.length;
  const n = free.length;
  const values = new Float64Array(n * n);
  free.forEach((i, a) => {
    free.forEach((j, b) => {
      const entry = information[i * k + j] as number;
      values[a * n + b] = a === b ? entry * (1 + damping) + Number.MIN_VALUE : entry;
    });
  });
  const slopes = free.map((i) => gradient[i] as number);
  const solved = solveWithRidge({ rows: n, cols: n, values }, slopes);
  return new Map(solved.ok ? free.map((i, a) => [i, solved.value.x[a] as number]) : []);
}
