import fc from "fast-check";
import { expect, test } from "vitest";
import reference from "./special.reference.json" with { type: "json" };
import * as special from "./special.ts";

const functions: Record<keyof typeof reference.cases, (...args: number[]) => number> = special;

for (const [name, cases] of Object.entries(reference.cases)) {
  test(`${name} agrees with SciPy`, () => {
    const worst = cases
      .map(({ args, value }) => {
        const got = functions[name as keyof typeof reference.cases](...args);
        // logGamma crosses zero at 1 and 2, where only the absolute error can be small.
        const scale = name === "logGamma" ? Math.max(1, Math.abs(value)) : Math.abs(value);
        const error = got === value ? 0 : Math.abs(got - value) / scale;
        return { args, got, value, error };
      })
      .toSorted((a, b) => b.error - a.error)[0];
    expect(worst?.error, JSON.stringify(worst)).toBeLessThan(reference.rtol);
  });
}

const shape = fc.double({ min: 0.2, max: 5000, noNaN: true });
const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const fixed = { seed: 7, numRuns: 300 };

test("the beta quantile inverts the beta cdf", () =>
  fc.assert(
    fc.property(share, shape, shape, (p, a, b) => {
      const x = special.betaQuantile(p, a, b);
      // A step of one ulp in x near 1 moves a steep cdf: only quantiles away from it invert
      // exactly.
      if (x < 0.999) expect(special.betaIncomplete(x, a, b)).toBeCloseTo(p, 9);
    }),
    fixed,
  ));

test("the two tails of a beta add up to one", () =>
  fc.assert(
    fc.property(share, shape, shape, (x, a, b) => {
      const both = special.betaIncomplete(x, a, b) + special.betaIncomplete(1 - x, b, a);
      expect(both).toBeCloseTo(1, 9);
    }),
    fixed,
  ));

test("normal and Student quantiles invert their cdfs", () =>
  fc.assert(
    fc.property(share, fc.double({ min: 1, max: 300, noNaN: true }), (p, df) => {
      expect(special.normalCdf(special.normalQuantile(p))).toBeCloseTo(p, 13);
      expect(special.studentTCdf(special.studentTQuantile(p, df), df)).toBeCloseTo(p, 11);
    }),
    fixed,
  ));

test("the ends are exact", () => {
  expect(special.betaQuantile(0, 2, 3)).toBe(0);
  expect(special.betaQuantile(1, 2, 3)).toBe(1);
  expect(special.betaIncomplete(0, 2, 3)).toBe(0);
  expect(special.betaIncomplete(1, 2, 3)).toBe(1);
  expect(special.normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(special.normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  expect(special.normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
  expect(special.binomialCdf(-1, 5, 0.5)).toBe(0);
  expect(special.binomialUpper(0, 5, 0.5)).toBe(1);
  expect(special.binomialPmf(5, 5, 1)).toBe(1);
});

test("arguments outside the domain are refused", () => {
  expect(() => special.logGamma(0)).toThrow("positive");
  expect(() => special.betaIncomplete(1.5, 1, 1)).toThrow("[0, 1]");
  expect(() => special.betaQuantile(0.5, -1, 1)).toThrow("positive");
  expect(() => special.normalQuantile(Number.NaN)).toThrow("probability");
  expect(() => special.studentTCdf(0, 0)).toThrow("degrees");
});
