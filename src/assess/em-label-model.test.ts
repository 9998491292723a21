import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { emLabelModel } from "./em-label-model.ts";
import { plantedVotes } from "./planted-votes.ts";
import { ABSTAIN, mostProbable, type VoteMatrix, voteMatrix } from "./votes.ts";

const even = Float64Array.of(0.5, 0.5);

test("accuracies and labels come out as planted", () => {
  const accuracies = [0.9, 0.8, 0.7, 0.6];
  const { votes, truth } = plantedVotes({
    rng: rngOf(4),
    items: 5_000,
    classes: 2,
    accuracies,
    coverage: 0.8,
  });
  const model = emLabelModel(votes, { classBalance: even, accuracyRange: [0.05, 0.99] });
  for (const [j, accuracy] of model.accuracies.entries())
    expect(Math.abs(accuracy - (accuracies[j] ?? 0))).toBeLessThan(0.05);
  const labels = mostProbable(model.probabilities, 2);
  expect(labels.filter((label, i) => label === truth[i]).length / 5_000).toBeGreaterThan(0.86);
});

/** Rules that each know one class: they fire more often where it is true. */
function oneClassRules(seed: number): { votes: VoteMatrix; truth: number[] } {
  const rng = rngOf(seed);
  const truth = Array.from({ length: 3_000 }, () => Number(rng.bernoulli(0.7)));
  const rows = truth.map((right) =>
    Array.from({ length: 10 }, (_, j) => {
      const own = j < 5 ? 0 : 1;
      return rng.bernoulli(own === right ? 0.35 : own === 1 ? 0.02 : 0.12) ? own : ABSTAIN;
    }),
  );
  return { votes: voteMatrix(rows, 10, 2), truth };
}

test("with one-class rules a learned balance collapses; a fixed one with clipped accuracies does not", () => {
  const { votes, truth } = oneClassRules(1);
  const right = (probabilities: Float64Array) =>
    mostProbable(probabilities, 2).filter((label, i) => label === truth[i]).length / truth.length;
  const free = emLabelModel(votes);
  const fixed = emLabelModel(votes, { classBalance: even, accuracyRange: [0.55, 0.95] });
  expect(Math.max(...free.classBalance)).toBeGreaterThan(0.95);
  expect(right(fixed.probabilities)).toBeGreaterThan(0.85);
  expect(right(fixed.probabilities) - right(free.probabilities)).toBeGreaterThan(0.1);
});

test("accuracies stay in their range, a silent source at its edge", () => {
  const votes = voteMatrix(
    [
      [0, ABSTAIN],
      [1, ABSTAIN],
    ],
    2,
    2,
  );
  const { accuracies } = emLabelModel(votes, { classBalance: even, accuracyRange: [0.6, 0.8] });
  for (const accuracy of accuracies) expect(accuracy).toBeGreaterThanOrEqual(0.6);
  for (const accuracy of accuracies) expect(accuracy).toBeLessThanOrEqual(0.8);
});

test("no items", () => {
  expect(emLabelModel(voteMatrix([], 2, 2)).probabilities.length).toBe(0);
});
