import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import {
  biasesOf,
  type Opinion,
  opinionsAlpha,
  pairAgreements,
  withMajority,
} from "./comparers.ts";

const says = (question: string, by: string, said: 0 | 1 | 2): Opinion => ({ question, by, said });
/** Ann and Bob agree on three of four; Eve says the opposite of Ann on two. */
const opinions = [
  ...[says("1", "ann", 0), says("1", "bob", 0), says("1", "eve", 1)],
  ...[says("2", "ann", 1), says("2", "bob", 1), says("2", "eve", 0)],
  ...[says("3", "ann", 0), says("3", "bob", 0)],
  ...[says("4", "ann", 1), says("4", "bob", 2)],
  says("5", "ann", 0),
];

test("two persons, by hand, those with most in common first", () => {
  const [first, ...others] = pairAgreements(opinions);
  expect(first).toMatchObject({ a: "ann", b: "bob", same: { value: 0.75, n: 4 } });
  // Chance: 2/4·2/4 for the first, 2/4·1/4 for the second, 0 for a tie: (0.75 − 0.375) / (1 − 0.375).
  expect(first?.kappa).toBeCloseTo(0.6);
  expect(others.map(({ a, b, same }) => [a, b, same.value])).toEqual([
    ["ann", "eve", 0],
    ["bob", "eve", 0],
  ]);
  expect(pairAgreements([])).toEqual([]);
  expect(pairAgreements([says("1", "ann", 0)])).toEqual([]);
});

test("what most of the others say, where most of them say one thing", () => {
  expect(withMajority(opinions, "bob")).toMatchObject({ value: 0.5, n: 2 });
  expect(withMajority(opinions, "eve")).toMatchObject({ value: 0, n: 2 });
  expect(withMajority(opinions, "nobody")).toBeNull();
});

test("alpha over questions that two or more answered, and none where nothing varies", () => {
  const alpha = opinionsAlpha(opinions, rngOf(1));
  expect(alpha).toMatchObject({ metric: "krippendorff-alpha", n: 4 });
  expect(alpha?.value).toBeLessThan(0.5);
  expect(opinionsAlpha([says("1", "ann", 0)], rngOf(1))).toBeNull();
  expect(opinionsAlpha([says("1", "ann", 0), says("1", "bob", 0)], rngOf(1))).toBeNull();
});

test("a taste for the left or the longer one shows, and what is not known is left out", () => {
  const { leftWins, longerWins } = biasesOf([
    { left: true, longer: true },
    { left: true, longer: null },
    { left: false, longer: true },
    { left: null, longer: false },
  ]);
  expect(leftWins).toMatchObject({ n: 3, interval: { method: "wilson" } });
  expect(leftWins?.value).toBeCloseTo(2 / 3);
  expect(longerWins?.value).toBeCloseTo(2 / 3);
  expect(biasesOf([])).toEqual({ leftWins: null, longerWins: null });
});
