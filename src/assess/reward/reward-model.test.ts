import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import { HEAD_TRAINING } from "./reward-head.ts";
import { fitRewardModel, memberScores, rawRewards } from "./reward-model.ts";

const COLS = 6;
const training = { ...HEAD_TRAINING, members: 3, bootstrap: false };

function world(pairs: number) {
  const rng = rngOf("world");
  const values = Float32Array.from({ length: 2 * pairs * COLS }, (_, i) =>
    // The last column never changes, the first is large: neither may spoil the fit.
    i % COLS === COLS - 1 ? 7 : (i % COLS === 0 ? 1000 : 1) * rng.normal(),
  );
  const features: Dense = { rows: 2 * pairs, cols: COLS, values };
  const better = (row: number) => values[row * COLS + 1] as number;
  const chosen = Uint32Array.from({ length: pairs }, (_, p) =>
    better(2 * p) > better(2 * p + 1) ? 2 * p : 2 * p + 1,
  );
  return { features, chosen, rejected: chosen.map((row) => row ^ 1) };
}

test("members agree on a clear taste, are standardised, and differ by their seeds alone", () => {
  const comparisons = world(300);
  const model = fitRewardModel(comparisons, training, { rng: rngOf(1) });
  expect(model.scale[COLS - 1]).toBe(0);
  const scores = memberScores(model, comparisons.features);
  expect(scores).toHaveLength(3);
  for (const member of scores) {
    const mean = member.reduce((sum, s) => sum + s, 0) / member.length;
    expect(Math.abs(mean)).toBeLessThan(1e-9);
    const right = comparisons.chosen.filter(
      (row, p) => (member[row] ?? 0) > (member[comparisons.rejected[p] ?? 0] ?? 0),
    );
    expect(right.length).toBeGreaterThan(270);
  }
  expect(scores[0]).not.toEqual(scores[1]);
  const again = fitRewardModel(comparisons, training, { rng: rngOf(1) });
  expect(memberScores(again, comparisons.features)).toEqual(scores);
});

test("bootstrap members see other pairs, and a reference sets the standard", () => {
  const comparisons = world(100);
  const reference = world(20).features;
  const plain = fitRewardModel(comparisons, training, { rng: rngOf(1), reference });
  const bootstrap = { ...training, bootstrap: true };
  const drawn = fitRewardModel(comparisons, bootstrap, { rng: rngOf(1), reference });
  expect(rawRewards(drawn, reference)).not.toEqual(rawRewards(plain, reference));
  for (const member of memberScores(plain, reference))
    expect(Math.abs(member.reduce((sum, s) => sum + s, 0))).toBeLessThan(1e-6);
});
