import { assert } from "#core/assert.ts";
import type { Dense64 } from "#num/dense.ts";
import { powerIteration, solveWithRidge } from "#num/linalg.ts";
import { ABSTAIN, type VoteMatrix } from "./votes.ts";

/** Two sources above this gradient correlation say the same thing twice. */
export const COPIED_ABOVE = 0.95;
/** Share of the say that is dealt out evenly, whatever the correlations. */
const FLOOR_SHARE = 0.5;
const POWER_ITERATIONS = 10;

/**
 * Correlation [sources, sources] of the sources' gradients g_ij = onehot(vote_ij) - h(x_i), 0 where
 * source j abstains, each class's column centred over the items. `probabilities`: [items *
 * classes], h(x). A source that never votes correlates with nothing.
 */
export function gradientCorrelation(matrix: VoteMatrix, probabilities: ArrayLike<number>): Dense64 {
  const { items, sources, classes, votes } = matrix;
  assert(probabilities.length === items * classes, "h(x) for every item");
  const sums = new Float64Array(sources * classes);
  const products = new Float64Array(sources * sources);
  const g = new Float64Array(sources * classes);
  for (let i = 0; i < items; i++) {
    g.fill(0);
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote === ABSTAIN) continue;
      for (let c = 0; c < classes; c++)
        g[j * classes + c] = (c === vote ? 1 : 0) - (probabilities[i * classes + c] as number);
    }
    for (let at = 0; at < g.length; at++) sums[at] = (sums[at] as number) + (g[at] as number);
    for (let j = 0; j < sources; j++) {
      if (votes[i * sources + j] === ABSTAIN) continue;
      for (let l = 0; l <= j; l++) {
        let dot = 0;
        for (let c = 0; c < classes; c++)
          dot += (g[j * classes + c] as number) * (g[l * classes + c] as number);
        products[j * sources + l] = (products[j * sources + l] as number) + dot;
      }
    }
  }
  return correlationOf(products, sums, { items, sources, classes });
}

function correlationOf(
  products: Float64Array,
  sums: Float64Array,
  { items, sources, classes }: Pick<VoteMatrix, "items" | "sources" | "classes">,
): Dense64 {
  const covariance = (j: number, l: number): number => {
    let means = 0;
    for (let c = 0; c < classes; c++)
      means += ((sums[j * classes + c] as number) * (sums[l * classes + c] as number)) / items;
    return ((products[Math.max(j, l) * sources + Math.min(j, l)] as number) - means) / items;
  };
  const deviation = Float64Array.from({ length: sources }, (_, j) =>
    Math.sqrt(Math.max(0, covariance(j, j))),
  );
  const values = new Float64Array(sources * sources);
  for (let j = 0; j < sources; j++)
    for (let l = 0; l < sources; l++) {
      const scale = (deviation[j] as number) * (deviation[l] as number);
      values[j * sources + l] = j === l ? 1 : scale === 0 ? 0 : covariance(j, l) / scale;
    }
  return { rows: sources, cols: sources, values };
}

/**
 * Weight to sources that pull the way most pull: ten power iterations from ones. [sources], sums to
 * 1.
 */
export const maxEigWeights = (correlation: Dense64): Float64Array =>
  withFloor(powerIteration(correlation, { iterations: POWER_ITERATIONS }).vector);

/**
 * Weights of least variance, C^-1 1: copies share one voice. [sources], sums to 1. Exact copies
 * make C singular; the solver then adds the smallest ridge that mends it.
 */
export function minVarWeights(correlation: Dense64): Float64Array {
  const ones = new Float64Array(correlation.rows).fill(1);
  const solved = solveWithRidge(correlation, ones);
  assert(solved.ok, "a correlation matrix with a ridge is positive definite");
  return withFloor(solved.value.x);
}

/**
 * Normalises, and deals half of the say evenly: what exceeds 0.5/m keeps its proportions in the
 * other half.
 */
function withFloor(raw: Float64Array): Float64Array {
  const total = raw.reduce((sum, w) => sum + w, 0);
  const floor = FLOOR_SHARE / raw.length;
  const excess = raw.map((w) => Math.max(0, w / total - floor));
  const over = excess.reduce((sum, w) => sum + w, 0);
  assert(over > 0, "shares that sum to 1 exceed half of an even share somewhere");
  return excess.map((w) => floor + (w / over) * (1 - FLOOR_SHARE));
}

/**
 * Pairs of sources whose gradients correlate above `COPIED_ABOVE`: one may be a copy of the other.
 */
export function copiedSources(
  correlation: Dense64,
): { readonly a: number; readonly b: number; readonly correlation: number }[] {
  const pairs = [];
  for (let a = 0; a < correlation.rows; a++)
    for (let b = a + 1; b < correlation.rows; b++) {
      const value = correlation.values[a * correlation.rows + b] as number;
      if (value > COPIED_ABOVE) pairs.push({ a, b, correlation: value });
    }
  return pairs;
}
