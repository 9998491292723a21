import fc from "fast-check";
import { expect, test } from "vitest";
import { errorAfterReview, expectedErrorsLeft, riskCoverage } from "./selective.ts";

test("hand-computed risk-coverage curve", () => {
  const { coverage, error, area } = riskCoverage([0.9, 0.1, 0.5, 0.3], [1, 0, 0, 1]);
  expect(Array.from(coverage)).toEqual([0.25, 0.5, 0.75, 1]);
  // Least risky first: right, wrong, right, wrong.
  expect(Array.from(error)).toEqual([0, 1 / 2, 1 / 3, 2 / 4]);
  expect(area).toBeCloseTo((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4, 12);
});

test("equal risks are taken in random order, on average", () => {
  const { error } = riskCoverage([0.2, 0.2, 0.2, 0.2], [1, 0, 0, 0]);
  error.forEach((value) => {
    expect(value).toBeCloseTo(0.25, 12);
  });
  expect(errorAfterReview([0.2, 0.2, 0.2, 0.2], [1, 0, 0, 0], 0.5)).toBeCloseTo(1 / 8, 12);
});

test("error after review counts all items, the reviewed ones as right", () => {
  const risk = [0.9, 0.8, 0.3, 0.2, 0.1];
  const wrong = [1, 0, 1, 0, 0];
  const after = [0, 0.2, 0.4, 0.6, 1].map((share) => errorAfterReview(risk, wrong, share));
  expect(after).toEqual([0.4, 0.2, 0.2, 0, 0]);
  expect(errorAfterReview([], [], 0.5)).toBeNull();
});

test("a share meant to be 3 of 10 reviews 3", () => {
  const risk = [0.9, 0.8, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
  const wrong = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
  expect(errorAfterReview(risk, wrong, 0.1 + 0.2)).toBe(0);
  expect(errorAfterReview(risk, wrong, 0.3)).toBe(0);
});

test("expected errors left fall as the riskiest are reviewed", () => {
  const { expected, deviation } = expectedErrorsLeft([0.5, 0.1, 0.2]);
  const rounded = (values: Float64Array) => Array.from(values, (v) => Number(v.toFixed(12)));
  expect(rounded(expected)).toEqual([0.8, 0.3, 0.1, 0]);
  expect(rounded(deviation.map((d) => d * d))).toEqual([0.5, 0.25, 0.09, 0]);
  expect(Array.from(expectedErrorsLeft([]).expected)).toEqual([0]);
});

test("what cannot be is refused", () => {
  expect(() => riskCoverage([], [])).toThrow("at least one");
  expect(() => riskCoverage([Number.NaN], [1])).toThrow("got NaN at 0");
  expect(() => errorAfterReview([0.1], [1], 1.1)).toThrow("got 1.1");
  expect(() => expectedErrorsLeft([2])).toThrow("[0, 1]");
});

test("the order of items never matters, and more review never leaves more errors", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(6), fc.nat(1)), { minLength: 1, maxLength: 40 }),
      (pairs) => {
        const of = (list: [number, number][]) =>
          [list.map(([r]) => r / 6), list.map(([, w]) => w)] as const;
        const reversed = riskCoverage(...of(pairs.toReversed()));
        const curve = riskCoverage(...of(pairs));
        curve.error.forEach((value, k) => {
          expect(reversed.error[k]).toBeCloseTo(value, 10);
        });
        const after = [0, 0.25, 0.5, 0.75, 1].map(
          (share) => errorAfterReview(...of(pairs), share) ?? Number.NaN,
        );
        for (let k = 1; k < after.length; k++)
          expect(after[k]).toBeLessThanOrEqual((after[k - 1] ?? 0) + 1e-12);
      },
    ),
    { seed: 4, numRuns: 200 },
  ));
