import { expect, test } from "vitest";
import reference from "./assess.reference.json" with { type: "json" };
import { majorityVote } from "./majority.ts";
import { ABSTAIN, voteMatrix } from "./votes.ts";

test("shares of the votes; the prior where nobody votes; ties stay ties", () => {
  const votes = voteMatrix(
    [
      [0, 0, 1],
      [ABSTAIN, 1, ABSTAIN],
      [0, 1, ABSTAIN],
      [ABSTAIN, ABSTAIN, ABSTAIN],
    ],
    3,
    2,
  );
  const shares = Array.from(majorityVote(votes, Float64Array.of(0.3, 0.7)));
  expect(shares).toEqual([2 / 3, 1 / 3, 0, 1, 0.5, 0.5, 0.3, 0.7]);
  expect(Array.from(majorityVote(votes)).slice(6)).toEqual([0.5, 0.5]);
});

test.each(reference.cases.dawidSkene)("agrees with crowd-kit on $items items", (given) => {
  const rows = Array.from({ length: given.items }, () =>
    new Array<number>(given.workers).fill(ABSTAIN),
  );
  for (const [v, item] of given.item.entries()) {
    const row = rows[item];
    if (row !== undefined) row[given.worker[v] ?? 0] = given.label[v] ?? ABSTAIN;
  }
  const shares = majorityVote(voteMatrix(rows, given.workers, given.classes));
  expect(shares.length).toBe(given.majority.length);
  for (const [at, share] of shares.entries())
    expect(share).toBeCloseTo(given.majority[at] ?? 0, 12);
});
