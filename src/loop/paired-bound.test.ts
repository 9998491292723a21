import { expect, test } from "vitest";
import { logGamma, normalQuantile } from "#num/special.ts";
import { type Flips, flipInterval, secondOnlyRate } from "./paired-bound.ts";

test("at a difference of 0 the bound meets McNemar's score test", () => {
  // (14 - 4) / sqrt(18) = 2.357: the one-sided bound at that normal tail lies at 0.
  const flips = { n: 200, firstOnly: 14, secondOnly: 4 };
  const tail = 1 - 0.990_789; // normal tail of 2.357
  expect(normalQuantile(1 - tail)).toBeCloseTo(10 / Math.sqrt(18), 3);
  expect(flipInterval(flips, tail).low).toBeCloseTo(0, 5);
});

test("the rate at a held difference is the likeliest there", () => {
  const flips = { n: 100, firstOnly: 9, secondOnly: 6 };
  for (const delta of [-0.05, 0, 0.02, 0.1]) {
    const q = secondOnlyRate(flips, delta);
    const logLikelihood = (rate: number) =>
      flips.firstOnly * Math.log(rate + delta) +
      flips.secondOnly * Math.log(rate) +
      (flips.n - flips.firstOnly - flips.secondOnly) * Math.log(1 - 2 * rate - delta);
    for (const step of [-1e-3, 1e-3])
      expect(logLikelihood(q)).toBeGreaterThan(logLikelihood(q + step));
  }
});

test("the interval turns round with the roles", () => {
  const { low, high } = flipInterval({ n: 80, firstOnly: 7, secondOnly: 3 }, 0.05);
  const turned = flipInterval({ n: 80, firstOnly: 3, secondOnly: 7 }, 0.05);
  expect(low).toBeCloseTo(-turned.high, 9);
  expect(high).toBeCloseTo(-turned.low, 9);
});

test("equal answers leave a doubt that shrinks with the items", () => {
  const few = flipInterval({ n: 20, firstOnly: 0, secondOnly: 0 }, 0.05).low;
  const many = flipInterval({ n: 2_000, firstOnly: 0, secondOnly: 0 }, 0.05).low;
  // z^2 / (n + z^2) with nothing observed
  expect(few).toBeCloseTo(-2.7055 / 22.7055, 3);
  expect(many).toBeCloseTo(-2.7055 / 2_002.7055, 5);
});

const logFactorial = (n: number) => logGamma(n + 1);

/** Exact probability, over all outcomes of `n` items, that the lower bound is not above the true difference. */
const coverage = (n: number, rates: { readonly first: number; readonly second: number }) => {
  const { first, second } = rates;
  let covered = 0;
  for (let b = 0; b <= n; b++)
    for (let c = 0; b + c <= n; c++) {
      const rest = n - b - c;
      const log =
        logFactorial(n) -
        logFactorial(b) -
        logFactorial(c) -
        logFactorial(rest) +
        b * Math.log(first) +
        c * Math.log(second) +
        rest * Math.log(1 - first - second);
      const flips: Flips = { n, firstOnly: b, secondOnly: c };
      if (flipInterval(flips, 0.05).low <= first - second) covered += Math.exp(log);
    }
  return covered;
};

test("the one-sided bound holds its level, counted over every outcome", () => {
  for (const rates of [
    { first: 0.1, second: 0.1 },
    { first: 0.05, second: 0.15 },
    { first: 0.3, second: 0.1 },
  ])
    expect(coverage(60, rates)).toBeGreaterThan(0.94);
});
