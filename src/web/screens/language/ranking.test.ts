import { expect, test } from "vitest";
import { rankedReplies, scoreOf } from "./ranking.ts";

const how = { aggregate: "uwo", lambda: 0.5 } as const;

test("members become one score: mean, worst, mean less λ times the population variance", () => {
  // Mean 2, variance ((−2)² + 0 + 2²) / 3 = 8/3.
  const members = [0, 2, 4];
  expect(scoreOf(members, { ...how, aggregate: "mean" })).toBe(2);
  expect(scoreOf(members, { ...how, aggregate: "wco" })).toBe(0);
  expect(scoreOf(members, how)).toBeCloseTo(2 - 0.5 * (8 / 3), 12);
  expect(scoreOf(members, { aggregate: "uwo", lambda: 0 })).toBe(2);
  expect(scoreOf([], how)).toBeNull();
});

test("what members disagree on falls as λ grows, and says by how many places", () => {
  const sure = { id: "sure", members: [1, 1] };
  const doubtful = { id: "doubtful", members: [0, 3] };
  const ids = (lambda: number) =>
    rankedReplies([sure, doubtful], { aggregate: "uwo", lambda }).map(
      ({ reply, moved }) => `${reply.id} ${moved}`,
    );
  expect(ids(0)).toEqual(["doubtful 0", "sure 0"]);
  // 1.5 − λ 2.25 falls below 1 at λ = 2/9.
  expect(ids(0.25)).toEqual(["sure 1", "doubtful -1"]);
});

test("no members and ties keep the order given", () => {
  const replies = ["x", "y"].map((id) => ({ id, members: [] }));
  expect(rankedReplies(replies, how).map(({ reply }) => reply.id)).toEqual(["x", "y"]);
});
