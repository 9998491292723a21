import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { plantedVotes } from "./planted-votes.ts";
import { ABSTAIN, mostProbable, voteMatrix } from "./votes.ts";
import {
  accuraciesFromAgreement,
  accuraciesFromGold,
  balanceOfMajority,
  weightedVote,
} from "./weighted-vote.ts";

test("weights are log-odds: two of three at 0.6 against one at 0.9", () => {
  // ln(0.6/0.4) twice is 0.811, ln(0.9/0.1) is 2.197: the one wins, at odds (9 / 2.25).
  const votes = voteMatrix([[0, 0, 1]], 3, 2);
  const [spam] = weightedVote(votes, [0.6, 0.6, 0.9]);
  expect(spam).toBeCloseTo(2.25 / (2.25 + 9), 12);
});

test("the prior counts as one more voice, and decides alone where nobody votes", () => {
  const votes = voteMatrix([[ABSTAIN], [0]], 1, 2);
  const [none, , one] = weightedVote(votes, [0.8], { prior: Float64Array.of(0.25, 0.75) });
  expect(none).toBeCloseTo(0.25, 12);
  expect(one).toBeCloseTo((0.25 * 4) / (0.25 * 4 + 0.75), 12);
});

test("a perfect record never outvotes everybody: accuracies are clipped", () => {
  const votes = voteMatrix([[0, 1, 1, 1]], 4, 2);
  const [p] = weightedVote(votes, [1, 0.9, 0.9, 0.9]);
  expect(p).toBeLessThan(0.5);
});

test("agreement ranks sources as planted, and understates them, since the others err too", () => {
  const accuracies = [0.9, 0.8, 0.7, 0.85, 0.6];
  const { votes } = plantedVotes({ rng: rngOf(3), items: 20_000, classes: 3, accuracies });
  const found = Array.from(accuraciesFromAgreement(votes));
  const ranks = (values: number[]) =>
    values.map((value) => values.filter((other) => other < value).length);
  expect(ranks(found)).toEqual(ranks(accuracies));
  for (const [j, accuracy] of found.entries()) {
    expect(accuracy).toBeLessThan((accuracies[j] ?? 0) + 0.01);
    expect(accuracy).toBeGreaterThan((accuracies[j] ?? 0) - 0.1);
  }
});

test("gold tells accuracies where it is known, with one right and one wrong added", () => {
  const votes = voteMatrix(
    [
      [0, 1],
      [1, ABSTAIN],
      [0, 1],
    ],
    2,
    2,
  );
  expect(Array.from(accuraciesFromGold(votes, [0, 0, ABSTAIN]))).toEqual([2 / 4, 1 / 3]);
});

test("class balance of the majority", () => {
  const votes = voteMatrix([[0], [0], [1], [0]], 1, 2);
  expect(Array.from(balanceOfMajority(votes))).toEqual([4 / 6, 2 / 6]);
});

test("renaming the classes renames the result", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 12,
      }),
      (rows) => {
        const swapped = rows.map((row) => row.map((vote) => (vote < 0 ? vote : 1 - vote)));
        const accuracies = [0.9, 0.7, 0.6, 0.8];
        const a = weightedVote(voteMatrix(rows, 4, 2), accuracies);
        const b = weightedVote(voteMatrix(swapped, 4, 2), accuracies);
        for (let i = 0; i < rows.length; i++) expect(a[2 * i]).toBeCloseTo(b[2 * i + 1] ?? 0, 12);
      },
    ),
    { seed: 11 },
  );
});

test("a better source moves the label: weights matter where the majority does not", () => {
  const { votes, truth } = plantedVotes({
    rng: rngOf(5),
    items: 4_000,
    classes: 2,
    accuracies: [0.95, 0.6, 0.6],
  });
  const right = (labels: Int16Array) => labels.filter((label, i) => label === truth[i]).length;
  const weighted = mostProbable(weightedVote(votes, [0.95, 0.6, 0.6]), 2);
  const even = mostProbable(weightedVote(votes, [0.8, 0.8, 0.8]), 2);
  expect(right(weighted)).toBeGreaterThan(right(even) + 400);
});
