import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import {
  type Comparisons,
  HEAD_TRAINING,
  headGradient,
  headRewards,
  headSize,
  type RewardHead,
  trainRewardHead,
} from "./reward-head.ts";

function dense(rows: number, cols: number): Dense {
  const rng = rngOf("rows");
  return { rows, cols, values: Float32Array.from({ length: rows * cols }, () => rng.normal()) };
}

/** Pairs of rows 2p and 2p + 1, the one with the larger first column preferred. */
function byFirstColumn(features: Dense): Comparisons {
  const first = (row: number) => features.values[row * features.cols] as number;
  const pairs = Array.from({ length: features.rows / 2 }, (_, p) =>
    first(2 * p) > first(2 * p + 1) ? [2 * p, 2 * p + 1] : [2 * p + 1, 2 * p],
  );
  return {
    features,
    chosen: Uint32Array.from(pairs, ([c]) => c as number),
    rejected: Uint32Array.from(pairs, ([, r]) => r as number),
  };
}

test("a reward by hand: two tanh units", () => {
  // W1 = [[1, 0], [0, 2]], w2 = [3, -1], b1 = [0, 0.5]; x = (0.5, 0.25) gives tanh(0.5), tanh(1).
  const parameters = Float32Array.of(1, 0, 0, 2, 3, -1, 0, 0.5);
  const features = { rows: 1, cols: 2, values: Float32Array.of(0.5, 0.25) };
  const [reward] = headRewards({ inputs: 2, hidden: 2, parameters }, features);
  expect(reward).toBeCloseTo(3 * Math.tanh(0.5) - Math.tanh(1), 6);
});

test("the gradient is that of finite differences", () => {
  const [inputs, hidden] = [5, 8];
  const rng = rngOf("gradient");
  const parameters = Float32Array.from({ length: headSize(inputs, hidden) }, () => rng.normal());
  const head: RewardHead = { inputs, hidden, parameters };
  const comparisons = byFirstColumn(dense(12, inputs));
  const { gradient } = headGradient(head, comparisons);
  const lossAt = (i: number, step: number) => {
    const moved = parameters.slice();
    moved[i] = (moved[i] as number) + step;
    return headGradient({ inputs, hidden, parameters: moved }, comparisons).loss;
  };
  const h = 1e-2; // float32: the rounding of a smaller step would drown the difference
  for (let i = 0; i < parameters.length; i++) {
    const numeric = (lossAt(i, h) - lossAt(i, -h)) / (2 * h);
    expect(Math.abs(numeric - (gradient[i] as number))).toBeLessThan(2e-3);
  }
});

test("a simple taste is learned, the same bytes for the same seed", () => {
  const comparisons = byFirstColumn(dense(800, 10));
  const training = { ...HEAD_TRAINING, epochs: 12 };
  const { head, losses } = trainRewardHead(comparisons, training, rngOf(1));
  expect(losses.at(-1)).toBeLessThan(0.2);
  expect(losses[0]).toBeGreaterThan(losses.at(-1) ?? 0);
  const rewards = headRewards(head, comparisons.features);
  const right = comparisons.chosen.filter(
    (row, p) => (rewards[row] as number) > (rewards[comparisons.rejected[p] as number] as number),
  );
  expect(right.length).toBeGreaterThan(370);
  const again = trainRewardHead(comparisons, training, rngOf(1)).head;
  expect(again.parameters).toEqual(head.parameters);
  expect(trainRewardHead(comparisons, training, rngOf(2)).head.parameters).not.toEqual(
    head.parameters,
  );
});

test("one pair and a batch larger than the data train too", () => {
  const { losses } = trainRewardHead(byFirstColumn(dense(2, 3)), HEAD_TRAINING, rngOf(1));
  expect(losses).toHaveLength(HEAD_TRAINING.epochs);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
});

test("rewards of many rows are those of each alone", () => {
  const features = dense(600, 4);
  const { head } = trainRewardHead(byFirstColumn(dense(20, 4)), HEAD_TRAINING, rngOf(1));
  const all = headRewards(head, features);
  for (const row of [0, 255, 256, 599]) {
    const one = { rows: 1, cols: 4, values: features.values.slice(4 * row, 4 * row + 4) };
    expect(headRewards(head, one)[0]).toBe(all[row]);
  }
});
