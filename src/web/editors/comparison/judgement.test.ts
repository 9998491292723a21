import { expect, test } from "vitest";
import { judgementText, letterOf, outputOf, ranked, unranked } from "./judgement.ts";

const pair = { replies: ["left", "right"].map((id) => ({ id, text: id })) };
const three = { replies: ["x", "y", "z"].map((id) => ({ id, text: id })) };

test("a pair is recorded by its replies, the left one first, whatever they are called", () => {
  expect(outputOf(pair, { kind: "pair", verdict: "second" }, ["clear"])).toEqual({
    kind: "pair",
    first: "left",
    second: "right",
    verdict: "second",
    reasons: ["clear"],
  });
});

test("a ranking grows a reply at a time, ties join the last tier, and a reply is ranked once", () => {
  const first = ranked([], "y");
  const tied = ranked(first, "z", true);
  expect(tied).toEqual([["y", "z"]]);
  expect(ranked(tied, "y")).toBe(tied);
  expect(ranked(tied, "x")).toEqual([["y", "z"], ["x"]]);
  expect(ranked([], "x", true)).toEqual([["x"]]);
});

test("taking the last reply back undoes one step, to nothing and no further", () => {
  const whole = ranked(ranked(ranked([], "y"), "z", true), "x");
  expect(unranked(whole)).toEqual([["y", "z"]]);
  expect(unranked(unranked(whole))).toEqual([["y"]]);
  expect(unranked(unranked(unranked(whole)))).toEqual([]);
  expect(unranked([])).toEqual([]);
});

test("what was said is said in the letters on the screen", () => {
  expect(judgementText(pair, { kind: "pair", verdict: "first" })).toBe("A is better");
  expect(judgementText(pair, { kind: "pair", verdict: "both-bad" })).toBe("both bad");
  expect(judgementText(three, { kind: "ranking", tiers: [["y"], ["x", "z"]] })).toBe(
    "B, then A and C",
  );
  expect(letterOf(7)).toBe("H");
  expect(letterOf(8)).toBe("9");
});
