import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import { addRowsTimes, addRowsTransposeTimes, allRows } from "#num/matrix.ts";
import { createOptimiser, optimiserScratch } from "#num/optimisers.ts";
import { type Workspace, withWorkspace } from "#num/simd.ts";
import { bradleyTerryLoss, bradleyTerrySlope } from "./bradley-terry.ts";

/** r(x) = w₂ · tanh(x W₁ + b₁). No last bias: it cancels in every comparison. */
export interface RewardHead {
  readonly inputs: number;
  readonly hidden: number;
  /** W₁ [inputs, hidden] row-major, w₂ [hidden], b₁ [hidden]. */
  readonly parameters: Float32Array;
}

/** Comparisons between rows of a feature matrix. */
export interface Comparisons {
  readonly features: Dense;
  /** [pairs] rows of the preferred and of the other. */
  readonly chosen: Uint32Array;
  readonly rejected: Uint32Array;
}

export interface HeadTraining {
  readonly hidden: number;
  readonly epochs: number;
  /** Pairs a step. */
  readonly batch: number;
  readonly learningRate: number;
  /** Added to the gradient times the weight, as in Adam with an L2 penalty; biases do not decay. */
  readonly weightDecay: number;
}

export const HEAD_TRAINING: HeadTraining = {
  hidden: 32,
  epochs: 8,
  batch: 32,
  learningRate: 3e-3,
  weightDecay: 1e-3,
};

export const headSize = (inputs: number, hidden: number): number => (inputs + 2) * hidden;

interface Parts {
  readonly w1: Float32Array;
  readonly w2: Float32Array;
  readonly b1: Float32Array;
}

function split(vector: Float32Array, inputs: number, hidden: number): Parts {
  const first = inputs * hidden;
  return {
    w1: vector.subarray(0, first),
    w2: vector.subarray(first, first + hidden),
    b1: vector.subarray(first + hidden),
  };
}

/** Uniform in ±1/√fan-in, as PyTorch's `Linear`. */
function initialHead(inputs: number, hidden: number, rng: Rng): Float32Array {
  const parameters = new Float32Array(headSize(inputs, hidden));
  const { w1, w2, b1 } = split(parameters, inputs, hidden);
  const fill = (part: Float32Array, fanIn: number) => {
    for (let i = 0; i < part.length; i++) part[i] = (2 * rng.uniform() - 1) / Math.sqrt(fanIn);
  };
  fill(w1, inputs);
  fill(w2, hidden);
  fill(b1, inputs);
  return parameters;
}

/** Rows of a forward pass, their units and rewards; arrays of the workspace. */
interface Pass {
  readonly units: Float32Array;
  readonly rewards: Float64Array;
}

function forward(
  { w1, w2, b1 }: Parts,
  { features, rows }: { readonly features: Dense; readonly rows: Uint32Array },
  { units: all, kernels }: { readonly units: Float32Array; readonly kernels: Workspace["kernels"] },
): Pass {
  const hidden = b1.length;
  const units = all.subarray(0, rows.length * hidden);
  for (let row = 0; row < rows.length; row++) units.set(b1, row * hidden);
  addRowsTimes(features, rows, { kernels, k: hidden, factor: w1, out: units });
  const rewards = new Float64Array(rows.length);
  for (let row = 0, i = 0; row < rows.length; row++) {
    let sum = 0;
    for (let h = 0; h < hidden; h++, i++) {
      const unit = Math.tanh(units[i] as number);
      units[i] = unit;
      sum += unit * (w2[h] as number);
    }
    rewards[row] = sum;
  }
  return { units, rewards };
}

/**
 * Loss and gradient of one batch: mean Bradley-Terry loss of the pairs (chosen[p], rejected[p]).
 * `gradient`, of the workspace, is overwritten.
 */
function backward(
  parts: Parts,
  { features, rows }: { readonly features: Dense; readonly rows: Uint32Array },
  scratch: Scratch,
): number {
  const { gradient, below: allBelow, kernels } = scratch;
  const { units, rewards } = forward(parts, { features, rows }, scratch);
  const hidden = parts.b1.length;
  const pairs = rows.length / 2;
  const below = allBelow.subarray(0, units.length);
  const into = split(gradient.fill(0), features.cols, hidden);
  let loss = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const margin = (rewards[pair] as number) - (rewards[pairs + pair] as number);
    loss += bradleyTerryLoss(margin) / pairs;
    const slope = bradleyTerrySlope(margin) / pairs;
    for (const [row, g] of [
      [pair, slope],
      [pairs + pair, -slope],
    ] as const)
      for (let h = 0, i = row * hidden; h < hidden; h++, i++) {
        const unit = units[i] as number;
        const back = g * (parts.w2[h] as number) * (1 - unit * unit);
        into.w2[h] = (into.w2[h] as number) + g * unit;
        into.b1[h] = (into.b1[h] as number) + back;
        below[i] = back;
      }
  }
  addRowsTransposeTimes(features, rows, { kernels, k: hidden, factor: below, out: into.w1 });
  return loss;
}

interface Scratch {
  readonly units: Float32Array;
  readonly below: Float32Array;
  readonly gradient: Float32Array;
  readonly kernels: Workspace["kernels"];
}

/**
 * Trains one head on all comparisons in shuffled passes, by Adam in float32; the same bytes for the
 * same `rng`. `losses`: [epochs] mean over the batches, each before its own step.
 */
export function trainRewardHead(
  { features, chosen, rejected }: Comparisons,
  { hidden, epochs, batch, learningRate, weightDecay }: HeadTraining,
  rng: Rng,
): { head: RewardHead; losses: Float64Array } {
  const pairs = chosen.length;
  assert(pairs > 0 && rejected.length === pairs, "as many preferred rows as others, at least one");
  assert(epochs >= 1 && batch >= 1 && hidden >= 1, "epochs, batch and hidden units are positive");
  const inputs = features.cols;
  const size = headSize(inputs, hidden);
  const most = 2 * Math.min(batch, pairs) * hidden;
  const moments = optimiserScratch({ kind: "adam" }, size);
  return withWorkspace([size, size, ...moments, most, most], (work) => {
    const parameters = work.zeros(size);
    parameters.set(initialHead(inputs, hidden, rng.split("initial")));
    const target = { size, weightDecay, decayed: size - hidden };
    const optimiser = createOptimiser({ kind: "adam" }, target, work);
    const scratch: Scratch = {
      gradient: work.zeros(size),
      units: work.zeros(most),
      below: work.zeros(most),
      kernels: work.kernels,
    };
    const parts = split(parameters, inputs, hidden);
    const losses = new Float64Array(epochs);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = rng.split(epoch).permutation(pairs);
      let steps = 0;
      for (let at = 0; at < pairs; at += batch, steps++) {
        const taken = order.subarray(at, at + batch);
        const rows = new Uint32Array(2 * taken.length);
        taken.forEach((pair, b) => {
          rows[b] = chosen[pair] as number;
          rows[taken.length + b] = rejected[pair] as number;
        });
        losses[epoch] = (losses[epoch] as number) + backward(parts, { features, rows }, scratch);
        optimiser.step(parameters, scratch.gradient, learningRate);
      }
      losses[epoch] = (losses[epoch] as number) / steps;
    }
    return { head: { inputs, hidden, parameters: parameters.slice() }, losses };
  });
}

/** Rows scored at a time: their units fit in the second-level cache. */
const SCORE_ROWS = 256;

/** [rows] rewards of a head. */
export function headRewards({ inputs, hidden, parameters }: RewardHead, features: Dense) {
  assert(features.cols === inputs, `features of ${inputs} columns`);
  const rewards = new Float64Array(features.rows);
  const rows = allRows(features.rows);
  return withWorkspace([parameters.length, SCORE_ROWS * hidden], (work) => {
    const held = work.zeros(parameters.length);
    held.set(parameters);
    const units = work.zeros(SCORE_ROWS * hidden);
    const parts = split(held, inputs, hidden);
    for (let at = 0; at < rows.length; at += SCORE_ROWS) {
      const part = { features, rows: rows.subarray(at, at + SCORE_ROWS) };
      rewards.set(forward(parts, part, { units, kernels: work.kernels }).rewards, at);
    }
    return rewards;
  });
}

/**
 * Loss and gradient of one batch outside of training, for checks: pair p is `chosen[p]` over
 * `rejected[p]`.
 */
export function headGradient(
  { inputs, hidden, parameters }: RewardHead,
  { features, chosen, rejected }: Comparisons,
): { loss: number; gradient: Float32Array } {
  const size = headSize(inputs, hidden);
  const most = 2 * chosen.length * hidden;
  return withWorkspace([size, size, most, most], (work) => {
    const held = work.zeros(size);
    held.set(parameters);
    const scratch: Scratch = {
      gradient: work.zeros(size),
      units: work.zeros(most),
      below: work.zeros(most),
      kernels: work.kernels,
    };
    const rows = Uint32Array.of(...chosen, ...rejected);
    const loss = backward(split(held, inputs, hidden), { features, rows }, scratch);
    return { loss, gradient: scratch.gradient.slice() };
  });
}
