import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import { majorityVote } from "./majority.ts";
import { plantedVotes } from "./planted-votes.ts";
import { fitTriplet, tripletProbabilities } from "./triplet.ts";
import { ABSTAIN, mostProbable, voteMatrix } from "./votes.ts";

const share = (labels: Int16Array, truth: ArrayLike<number>) =>
  labels.filter((label, i) => label === truth[i]).length / labels.length;

test("the closed form on exact moments gives the planted accuracies", () => {
  // Sources at 0.9, 0.8, 0.7 on balanced classes, every joint outcome in its exact proportion (of
  // 2,000).
  const accuracies = [0.9, 0.8, 0.7];
  const rows: number[][] = [];
  for (const truth of [0, 1])
    for (const right of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const hit = accuracies.map((_, j) => ((right >> j) & 1) === 1);
      const p = accuracies.reduce((product, a, j) => product * (hit[j] ? a : 1 - a), 1);
      for (let n = 0; n < Math.round(p * 1_000); n++)
        rows.push(hit.map((isHit) => (isHit ? truth : 1 - truth)));
    }
  expect(rows.length).toBe(2_000);
  const model = unwrap(fitTriplet(voteMatrix(rows, 3, 2)));
  for (const [j, a] of accuracies.entries()) {
    expect(model.votesFor[2 * j]).toBeCloseTo(Math.log(a / (1 - a)), 9);
    expect(model.votesAgainst[2 * j]).toBeCloseTo(-Math.log(a / (1 - a)), 9);
  }
});

test("labels of three classes, with abstentions and a balance that is not even", () => {
  const balance = [0.6, 0.3, 0.1];
  const { votes, truth } = plantedVotes({
    rng: rngOf(2),
    items: 20_000,
    classes: 3,
    accuracies: [0.85, 0.8, 0.75, 0.7, 0.7, 0.8],
    coverage: 0.7,
    balance,
  });
  const model = unwrap(fitTriplet(votes, { classBalance: Float64Array.from(balance) }));
  const probabilities = tripletProbabilities(model, votes);
  expect(share(mostProbable(probabilities, 3), truth)).toBeGreaterThan(0.9);
  for (let i = 0; i < 50; i++) {
    const row = probabilities.slice(3 * i, 3 * i + 3);
    expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  }
});

test("rules that only ever say one class are told apart, given the balance", () => {
  const rng = rngOf(9);
  const truth = Array.from({ length: 30_000 }, () => Number(rng.bernoulli(0.7)));
  const fires = [0.5, 0.4, 0.3, 0.5, 0.4, 0.3]; // where its class is true; a tenth of it elsewhere
  const rows = truth.map((right) =>
    fires.map((rate, j) => {
      const own = j < 3 ? 0 : 1;
      return rng.bernoulli(own === right ? rate : rate / 10) ? own : ABSTAIN;
    }),
  );
  const votes = voteMatrix(rows, 6, 2);
  const model = unwrap(fitTriplet(votes, { classBalance: Float64Array.of(0.3, 0.7) }));
  // A vote of rule 0 is ten times likelier where its class is true.
  for (const j of [0, 1, 2])
    expect(Math.abs((model.votesFor[2 * j] ?? 0) - Math.log(10))).toBeLessThan(0.5);
  for (const j of [3, 4, 5])
    expect(Math.abs((model.votesFor[2 * j + 1] ?? 0) - Math.log(10))).toBeLessThan(0.5);
  expect(share(mostProbable(tripletProbabilities(model, votes), 2), truth)).toBeGreaterThan(0.85);
});

test("both ways of counting pairs agree, so that classes cost nothing but themselves", () => {
  const { votes } = plantedVotes({
    rng: rngOf(6),
    items: 500,
    classes: 3,
    accuracies: [0.9, 0.8, 0.7, 0.6],
    coverage: 0.6,
  });
  const few = unwrap(fitTriplet(votes, { classBalance: new Float64Array(3).fill(1 / 3) }));
  const classes = 20; // more than bits are used for
  const many = unwrap(
    fitTriplet({ ...votes, classes }, { classBalance: new Float64Array(classes).fill(1 / 3) }),
  );
  for (let j = 0; j < 4; j++)
    for (let c = 0; c < 3; c++)
      expect(many.votesFor[j * classes + c]).toBeCloseTo(few.votesFor[j * 3 + c] ?? 0, 12);
});

test("classes too rare for moments of their own are labelled as well as by a majority", () => {
  const classes = 200;
  const { votes, truth } = plantedVotes({
    rng: rngOf(12),
    items: 2_000,
    classes,
    accuracies: [0.85, 0.8, 0.7, 0.6, 0.75, 0.65, 0.8],
    coverage: 0.6,
  });
  const even = new Float64Array(classes).fill(1 / classes);
  const model = unwrap(fitTriplet(votes));
  // A vote for a class is as much likelier there as the accuracy says: 0.85 against 0.15 / 199.
  expect(Math.abs((model.votesFor[0] ?? 0) - Math.log(0.85 / (0.15 / 199)))).toBeLessThan(0.3);
  const right = share(mostProbable(tripletProbabilities(model, votes), classes), truth);
  const majority = share(mostProbable(majorityVote(votes, even), classes), truth);
  expect(right).toBeGreaterThan(majority - 0.005);
  expect(right).toBeGreaterThan(0.9);
});

test("what cannot be told is said", () => {
  expect(fitTriplet(voteMatrix([[0, 1]], 2, 2))).toMatchObject({
    ok: false,
    error: { kind: "too-few-sources", got: 2, need: 3 },
  });
  const silent = voteMatrix(
    [
      [0, ABSTAIN, ABSTAIN],
      [1, ABSTAIN, ABSTAIN],
    ],
    3,
    2,
  );
  expect(fitTriplet(silent)).toMatchObject({ ok: false, error: { kind: "no-overlap" } });
});
