import { expect, test } from "vitest";
import { hypergeometricCdf, hypergeometricUpper } from "./hypergeometric.ts";
import reference from "./measure.reference.json" with { type: "json" };

test.each(reference.cases.hypergeometric)(
  "$k of $drawn drawn from $items with $marked marked agrees with SciPy",
  ({ k, items, marked, drawn, cdf, upper }) => {
    const draw = { items, marked, drawn };
    expect(hypergeometricCdf(k, draw)).toBeCloseTo(cdf, 10);
    expect(hypergeometricUpper(k, draw)).toBeCloseTo(upper, 10);
  },
);

test("outside of what can be drawn the tails are exactly 0 and 1", () => {
  const draw = { items: 10, marked: 8, drawn: 5 };
  expect([hypergeometricCdf(2, draw), hypergeometricCdf(5, draw)]).toEqual([0, 1]);
  expect([hypergeometricUpper(3, draw), hypergeometricUpper(6, draw)]).toEqual([1, 0]);
  expect(hypergeometricCdf(0, { items: 10, marked: 4, drawn: 0 })).toBe(1);
  expect(hypergeometricUpper(4, { items: 10, marked: 4, drawn: 10 })).toBe(1);
});
