import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { plantedVotes } from "./planted-votes.ts";
import {
  copiedSources,
  gradientCorrelation,
  maxEigWeights,
  minVarWeights,
} from "./source-weights.ts";
import { ABSTAIN, voteColumns, voteMatrix } from "./votes.ts";

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, w) => total + w, 0);

test("gradient correlation by hand", () => {
  // h = 0.5 everywhere, binary: gradients of class 1 are ±0.5, and 0 where a source abstains.
  const votes = voteMatrix(
    [
      [1, 1, ABSTAIN],
      [0, 0, 1],
      [1, 0, ABSTAIN],
      [0, 1, 1],
    ],
    3,
    2,
  );
  const { values } = gradientCorrelation(votes, new Float64Array(8).fill(0.5));
  // Source 0: +, -, +, -; source 1: +, -, -, +: uncorrelated. Source 2: 0, +, 0, + centred: -, +,
  // -, +.
  expect(values[0 * 3 + 1]).toBeCloseTo(0, 12);
  expect(values[0 * 3 + 2]).toBeCloseTo(-1, 12);
  expect(values[1 * 3 + 2]).toBeCloseTo(0, 12);
  expect(values[0]).toBe(1);
});

test("multi-class gradients are centred class by class, then summed", () => {
  const votes = voteMatrix(
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
    ],
    2,
    3,
  );
  const h = new Float64Array(12).fill(1 / 3);
  const { values } = gradientCorrelation(votes, h);
  // Centred one-hots: source 0 has counts 2, 1, 1; source 1 has 1, 2, 1.
  const vector = (labels: number[], c: number) => {
    const share = labels.filter((label) => label === c).length / 4;
    return labels.map((label) => Number(label === c) - share);
  };
  const dot = (a: number[], b: number[]) =>
    [0, 1, 2].reduce(
      (total, c) => total + sum(vector(a, c).map((x, i) => x * (vector(b, c)[i] ?? 0))),
      0,
    );
  const [a, b] = [
    [0, 1, 2, 0],
    [0, 1, 2, 1],
  ];
  expect(values[1]).toBeCloseTo(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)), 12);
});

const planted = plantedVotes({
  rng: rngOf(8),
  items: 3_000,
  classes: 2,
  accuracies: [0.9, 0.8, 0.7, 0.6],
}).votes;
const half = new Float64Array(6_000).fill(0.5);

test("copies are named, and MinVar gives them one voice between them", () => {
  const copied = voteColumns(planted, [0, 0, 1, 2]);
  const correlation = gradientCorrelation(copied, half);
  expect(copiedSources(correlation)).toEqual([{ a: 0, b: 1, correlation: expect.closeTo(1, 9) }]);
  const weights = minVarWeights(correlation);
  expect(sum(weights)).toBeCloseTo(1, 9);
  expect(weights[0]).toBeCloseTo(weights[1] ?? 0, 4);
  expect(weights[0]).toBeLessThan(weights[2] ?? 0);
  expect(copiedSources(gradientCorrelation(planted, half))).toEqual([]);
});

test("MaxEig weighs most who agrees most with the rest; both keep the floor of 0.5/m", () => {
  const correlation = gradientCorrelation(planted, half);
  for (const weights of [maxEigWeights(correlation), minVarWeights(correlation)]) {
    expect(sum(weights)).toBeCloseTo(1, 9);
    for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0.5 / 4 - 1e-12);
  }
  const weights = Array.from(maxEigWeights(correlation));
  expect(weights.toSorted((a, b) => b - a)).toEqual(weights);
});

test("a source that never votes correlates with nothing and keeps the floor or more", () => {
  const votes = voteMatrix(
    [
      [0, ABSTAIN, 1],
      [1, ABSTAIN, 0],
      [0, ABSTAIN, 0],
    ],
    3,
    2,
  );
  const correlation = gradientCorrelation(votes, new Float64Array(6).fill(0.5));
  expect(correlation.values[1]).toBe(0);
  expect(minVarWeights(correlation)[1]).toBeGreaterThanOrEqual(0.5 / 3);
});
