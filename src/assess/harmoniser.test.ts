import { expect, test } from "vitest";
import { isProblem } from "#core/errors.ts";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import { auroc } from "#measure/ranking.ts";
import { denseFromRows } from "#num/dense.ts";
import { takeRows } from "#num/matrix.ts";
import { fitHarmoniser, type HarmoniserOptions, harmoniserFromJson } from "./harmoniser.ts";
import { SCALARISERS } from "./scalarisers.ts";
import { ABSTAIN, mostProbable, riskOf, voteMatrix, voteRows } from "./votes.ts";

/**
 * Two clusters, three noisy sources; the last one, the "model", is wrong wherever its coin says so.
 */
function world(seed: number, n = 600) {
  const rng = rngOf(seed);
  const truth = Array.from({ length: n }, () => rng.int(2));
  const features = denseFromRows(
    truth.map((y) => [rng.normal() + 2 * y - 1, rng.normal(), rng.normal()]),
  );
  const rows = truth.map((y) => [
    rng.bernoulli(0.4) ? (rng.bernoulli(0.9) ? y : 1 - y) : ABSTAIN,
    rng.bernoulli(0.4) ? (rng.bernoulli(0.8) ? y : 1 - y) : ABSTAIN,
    rng.bernoulli(0.8) ? y : 1 - y,
  ]);
  return { truth, features, votes: voteMatrix(rows, 3, 2) };
}

const { truth, features, votes } = world(1);
const held = world(2, 200);
const base: HarmoniserOptions = {
  features,
  votes,
  scalariser: "linear",
  head: { kind: "linear" },
  rng: rngOf(1),
};
const weak = { kind: "weak", features: held.features, votes: held.votes } as const;

test.each(SCALARISERS)("risk under %s finds the wrong answers, without gold", (scalariser) => {
  const harmoniser = unwrap(fitHarmoniser({ ...base, scalariser, select: weak }));
  const probabilities = harmoniser.probabilities(features);
  const proposed = Array.from(truth, (_, i) => votes.votes[3 * i + 2] ?? ABSTAIN);
  const risk = riskOf(probabilities, 2, proposed);
  const wrong = proposed.map((label, i) => (label === truth[i] ? 0 : 1));
  expect(unwrap(auroc(risk, wrong))).toBeGreaterThan(0.85);
  expect(harmoniser.chosen.by).toBe("weak");
});

test("an MLP head learns it too", () => {
  const options = { ...base, head: { kind: "mlp", hidden: 16 }, select: weak } as const;
  const harmoniser = unwrap(fitHarmoniser(options));
  const labels = mostProbable(Float64Array.from(harmoniser.probabilities(features)), 2);
  expect(labels.filter((label, i) => label === truth[i]).length / truth.length).toBeGreaterThan(
    0.8,
  );
});

test("items nobody votes on change nothing", () => {
  const silent = voteMatrix([[ABSTAIN, ABSTAIN, ABSTAIN]], 3, 2);
  const wider = {
    features: denseFromRows([
      ...Array.from({ length: 600 }, (_, i) => features.values.subarray(3 * i, 3 * i + 3)),
      [50, 50, 50],
    ]),
    votes: { ...votes, items: 601, votes: Int16Array.from([...votes.votes, ...silent.votes]) },
  };
  const a = unwrap(fitHarmoniser(base));
  const b = unwrap(fitHarmoniser({ ...base, ...wider }));
  expect(JSON.stringify(b.toJSON())).toBe(JSON.stringify(a.toJSON()));
});

test("selection says by what: weak votes, gold, or nothing", () => {
  const grid = [
    { learningRate: 1e-4, weightDecay: 0 },
    { learningRate: 0.05, weightDecay: 0 },
  ];
  const none = unwrap(fitHarmoniser({ ...base, grid }));
  expect(none.chosen).toMatchObject({ by: "none", learningRate: 1e-4, loss: null });
  const byWeak = unwrap(fitHarmoniser({ ...base, grid, select: weak }));
  expect(byWeak.chosen).toMatchObject({ by: "weak", learningRate: 0.05 });
  const gold = { kind: "gold", features: held.features, gold: held.truth } as const;
  const byGold = unwrap(fitHarmoniser({ ...base, grid, select: gold }));
  expect(byGold.chosen).toMatchObject({ by: "gold", learningRate: 0.05 });
  expect(byGold.chosen.loss).not.toBe(byWeak.chosen.loss);
});

test("gold picks among epochs: with every label flipped, the first epoch is the least bad", () => {
  const gold = { kind: "gold", features: held.features, gold: held.truth } as const;
  const flipped = { ...gold, gold: held.truth.map((y) => 1 - y) };
  const patience = 2;
  const grid = [{ learningRate: 0.005, weightDecay: 0 }];
  const right = unwrap(fitHarmoniser({ ...base, grid, patience, select: gold }));
  const wrong = unwrap(fitHarmoniser({ ...base, grid, patience, select: flipped }));
  expect(wrong.chosen.epochs).toBe(1 + patience);
  expect(right.chosen.epochs).toBeGreaterThan(wrong.chosen.epochs);
});

test("a heavier source is followed where sources disagree", () => {
  const at = (weights: number[]) => {
    const h = unwrap(fitHarmoniser({ ...base, weights }));
    const labels = mostProbable(Float64Array.from(h.probabilities(features)), 2);
    return labels.filter((label, i) => label === votes.votes[3 * i + 2]).length;
  };
  expect(at([1, 1, 100])).toBeGreaterThan(at([100, 100, 1]) - 1);
  expect(unwrap(fitHarmoniser({ ...base, weights: [2, 2, 4] })).toJSON().weights).toEqual([
    0.25, 0.25, 0.5,
  ]);
});

test("no votes, constant output and a loss that is not a number are outcomes, with the item's row", () => {
  const silent = voteMatrix(
    truth.map(() => [ABSTAIN]),
    1,
    2,
  );
  expect(fitHarmoniser({ ...base, votes: silent })).toMatchObject({ error: { kind: "no-votes" } });

  const flat = denseFromRows(truth.map(() => [0, 0, 0]));
  expect(fitHarmoniser({ ...base, features: flat })).toMatchObject({
    error: { kind: "constant-output", variance: 0 },
  });

  const broken = { ...features, values: features.values.slice() };
  broken.values[3 * 17] = Number.NaN;
  const unvoted = voteRows(
    votes,
    Array.from({ length: 600 }, (_, i) => i),
  );
  for (let j = 0; j < 3; j++) unvoted.votes[3 * 4 + j] = ABSTAIN; // row 4 is left out before
  const failed = fitHarmoniser({ ...base, features: broken, votes: unvoted });
  expect(failed).toMatchObject({
    error: { kind: "nan-loss", part: "training", row: 17, learningRate: 0.025 },
  });
});

test("the same seed gives the same bytes, and JSON brings all of it back", () => {
  const options = { ...base, select: weak };
  const a = unwrap(fitHarmoniser(options));
  const b = unwrap(fitHarmoniser(options));
  expect(JSON.stringify(b.toJSON())).toBe(JSON.stringify(a.toJSON()));
  const back = harmoniserFromJson(JSON.parse(JSON.stringify(a.toJSON())));
  expect(back.probabilities(features)).toEqual(a.probabilities(features));
  expect(back.chosen).toEqual(a.chosen);
});

test("scoring one row gives what scoring all rows gives", () => {
  const h = unwrap(fitHarmoniser(base));
  const all = h.probabilities(features);
  expect(h.probabilities(takeRows(features, [33]))).toEqual(all.slice(66, 68));
  expect(h.probabilities(takeRows(features, [])).length).toBe(0);
});

test("JSON that is not a harmoniser's is refused", () => {
  try {
    harmoniserFromJson({ head: 1 });
    expect.unreachable();
  } catch (error) {
    expect(isProblem(error)).toBe(true);
  }
});
