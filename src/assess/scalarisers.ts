import { assert } from "#core/assert.ts";
import { ABSTAIN, type VoteMatrix } from "./votes.ts";

/**
 * How the losses of the sources that vote on an item become one number, l_j = CE(h(x), vote_j):
 *
 *     linear   G = sum_j w_j l_j            square  G = (sum_j w_j l_j)^2
 *     2-norm   G = sqrt(sum_j (w_j l_j)^2)  max     G = max_j w_j l_j
 *
 * The first three grow strictly in every loss, so that a minimiser is Pareto optimal; `max` grows
 * only weakly, so its minimisers are weakly so (Zhao et al. 2023, arXiv 2306.16564).
 */
export const SCALARISERS = ["linear", "square", "2-norm", "max"] as const;
export type Scalariser = (typeof SCALARISERS)[number];

/**
 * Whom weights are shared among: all sources (an item with many votes weighs more), or an item's
 * voters.
 */
export type Normalise = "all" | "voters";

export interface ParetoLoss {
  readonly votes: VoteMatrix;
  /** [sources] non-negative; only their ratios matter. Default: equal. */
  readonly weights?: ArrayLike<number>;
  readonly scalariser: Scalariser;
  readonly normalise?: Normalise;
}

/**
 * G of the items `rows` under their logits, with gradients: `logits` [rows.length * classes] → mean
 * of G over the rows and its gradient [rows.length * classes]. A row without votes counts with 0
 * and has no gradient.
 *
 * dG/dz_c = sum_j (dG/dl_j) (p_c - [vote_j = c]), with dG/dl_j
 *     linear  w_j                  square  2 w_j sum_i w_i l_i
 *     2-norm  w_j^2 l_j / G        max     w_j for the worst source, else 0
 */
export function paretoLoss(
  options: ParetoLoss,
): (logits: Float32Array, rows: Uint32Array) => { loss: number; gradient: Float32Array } {
  const { votes: matrix, scalariser } = options;
  const { sources, classes, votes } = matrix;
  const weights = shareOut(options.weights, sources);
  const perVoter = options.normalise === "voters";
  const logP = new Float64Array(classes);
  const pull = new Float64Array(classes);
  return (logits, rows) => {
    const gradient = new Float32Array(rows.length * classes);
    let loss = 0;
    for (let b = 0; b < rows.length; b++) {
      logSoftmaxRow(logits, b * classes, logP);
      const from = (rows[b] as number) * sources;
      const row = votes.subarray(from, from + sources);
      const scale = perVoter ? 1 / weightOfVoters(row, weights) : 1;
      if (!Number.isFinite(scale)) continue;
      pull.fill(0);
      loss += scalarise(scalariser, row, { weights, scale, logP, pull });
      let total = 0;
      for (let c = 0; c < classes; c++) total += pull[c] as number;
      for (let c = 0; c < classes; c++)
        gradient[b * classes + c] =
          (total * Math.exp(logP[c] as number) - (pull[c] as number)) / rows.length;
    }
    return { loss: loss / Math.max(1, rows.length), gradient };
  };
}

/** Weights as shares of 1 over all sources, [sources]; equal ones where none are given. */
export function shareOut(weights: ArrayLike<number> | undefined, sources: number): Float64Array {
  const given =
    weights === undefined ? new Float64Array(sources).fill(1) : Float64Array.from(weights);
  assert(given.length === sources, "a weight for every source");
  const total = given.reduce((sum, w) => sum + w, 0);
  assert(total > 0 && given.every((w) => w >= 0), "weights are not negative and not all 0");
  return given.map((w) => w / total);
}

function weightOfVoters(row: Int16Array, weights: Float64Array): number {
  let total = 0;
  for (let j = 0; j < row.length; j++) if (row[j] !== ABSTAIN) total += weights[j] as number;
  return total;
}

interface Work {
  /** [sources] shares of 1; multiplied by `scale`. */
  readonly weights: Float64Array;
  readonly scale: number;
  /** [classes] log h(x), nats. */
  readonly logP: Float64Array;
  /** Written: sum over sources voting c of dG/dl_j, [classes]. */
  readonly pull: Float64Array;
}

function scalarise(scalariser: Scalariser, row: Int16Array, work: Work): number {
  switch (scalariser) {
    case "linear":
      return weightedSum(row, work);
    case "square": {
      const sum = weightedSum(row, work);
      for (let c = 0; c < work.pull.length; c++) work.pull[c] = 2 * sum * (work.pull[c] as number);
      return sum * sum;
    }
    case "2-norm":
      return norm(row, work);
    case "max":
      return worst(row, work);
  }
}

function weightedSum(row: Int16Array, { weights, scale, logP, pull }: Work): number {
  let sum = 0;
  for (let j = 0; j < row.length; j++) {
    const vote = row[j] as number;
    if (vote === ABSTAIN) continue;
    const w = scale * (weights[j] as number);
    sum -= w * (logP[vote] as number);
    pull[vote] = (pull[vote] as number) + w;
  }
  return sum;
}

function norm(row: Int16Array, { weights, scale, logP, pull }: Work): number {
  let squares = 0;
  for (let j = 0; j < row.length; j++) {
    const vote = row[j] as number;
    if (vote === ABSTAIN) continue;
    const w = scale * (weights[j] as number);
    squares += (w * (logP[vote] as number)) ** 2;
    pull[vote] = (pull[vote] as number) - w * w * (logP[vote] as number);
  }
  const value = Math.sqrt(squares);
  // At perfect agreement the gradient by the logits vanishes too: p has reached the votes.
  for (let c = 0; c < pull.length; c++) pull[c] = value === 0 ? 0 : (pull[c] as number) / value;
  return value;
}

function worst(row: Int16Array, { weights, scale, logP, pull }: Work): number {
  let value = -1;
  let at = ABSTAIN;
  for (let j = 0; j < row.length; j++) {
    const vote = row[j] as number;
    if (vote === ABSTAIN) continue;
    const loss = -scale * (weights[j] as number) * (logP[vote] as number);
    if (loss <= value) continue;
    value = loss;
    at = j;
  }
  if (at === ABSTAIN) return 0;
  pull[row[at] as number] = scale * (weights[at] as number);
  return value;
}

function logSoftmaxRow(logits: Float32Array, from: number, out: Float64Array): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < out.length; c++) top = Math.max(top, logits[from + c] as number);
  let total = 0;
  for (let c = 0; c < out.length; c++) total += Math.exp((logits[from + c] as number) - top);
  const logTotal = top + Math.log(total);
  for (let c = 0; c < out.length; c++) out[c] = (logits[from + c] as number) - logTotal;
}
