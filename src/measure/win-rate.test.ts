import fc from "fast-check";
import { expect, test } from "vitest";
import { winRate } from "./win-rate.ts";

test("by hand: a win, a loss, a tie, a win", () => {
  expect(winRate([2, 1, 5, 4], [1, 2, 5, 0])).toBe(0.625);
  expect(winRate([1], [1])).toBe(0.5);
});

test("the two sides share one, and no order of items matters", () => {
  const pairs = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1 });
  fc.assert(
    fc.property(pairs, (items) => {
      const [a, b] = [items.map(([x]) => x), items.map(([, y]) => y)];
      expect(winRate(a, b) + winRate(b, a)).toBeCloseTo(1, 12);
      expect(winRate([...a].reverse(), [...b].reverse())).toBeCloseTo(winRate(a, b), 12);
    }),
    { seed: 1 },
  );
});

test("nothing to compare, unequal sides and worth that is no number are refused", () => {
  expect(() => winRate([], [])).toThrow("at least one");
  expect(() => winRate([1], [1, 2])).toThrow("same items");
  expect(() => winRate([Number.NaN], [1])).toThrow("number");
});
