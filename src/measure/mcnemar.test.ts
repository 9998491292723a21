import { expect, test } from "vitest";
import { discordant, mcnemar } from "./mcnemar.ts";
import reference from "./measure.reference.json" with { type: "json" };

test.each(reference.cases.mcnemar)("$b against $c agrees with statsmodels", ({ b, c, exact }) => {
  expect(mcnemar({ firstOnly: b, secondOnly: c }).exact).toBeCloseTo(exact, 12);
});

test("mid-p hand-computed", () => {
  // Binomial(10, ½): twice P(X ≤ 1) is 22/1024, P(X = 1) is 10/1024.
  expect(mcnemar({ firstOnly: 9, secondOnly: 1 }).midP).toBeCloseTo(12 / 1024, 14);
  expect(mcnemar({ firstOnly: 4, secondOnly: 4 }).midP).toBeCloseTo(1 - 70 / 256 / 2, 14);
});

test("nothing to tell them apart gives p = 1", () => {
  expect(mcnemar({ firstOnly: 0, secondOnly: 0 })).toEqual({ exact: 1, midP: 1 });
});

test("discordant pairs are counted from what each got wrong", () => {
  expect(discordant([1, 1, 0, 0, 1], [1, 0, 1, 0, 0])).toEqual({ firstOnly: 2, secondOnly: 1 });
  expect(() => discordant([1], [])).toThrow("same items");
});
