import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { binomialCdf, normalQuantile } from "#num/special.ts";
import { errorCount } from "./poisson-binomial.ts";

const counted = (risks: readonly number[]) => {
  const count = errorCount();
  for (const risk of risks) count.add(risk);
  return count;
};

/** P(count = k) by summing over every subset. */
const bySubsets = (risks: readonly number[]): number[] => {
  const masses = new Array<number>(risks.length + 1).fill(0);
  for (let subset = 0; subset < 2 ** risks.length; subset++) {
    let probability = 1;
    let errors = 0;
    risks.forEach((risk, i) => {
      const wrong = ((subset >> i) & 1) === 1;
      probability *= wrong ? risk : 1 - risk;
      errors += Number(wrong);
    });
    masses[errors] = (masses[errors] as number) + probability;
  }
  return masses;
};

test("the interval is the one read off the sum over all subsets", () => {
  const risk = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(risk, { maxLength: 9 }), (risks) => {
      const { low, high } = counted(risks).interval(0.9);
      const masses = bySubsets(risks);
      const cdf = (k: number) => masses.slice(0, k + 1).reduce((sum, mass) => sum + mass, 0);
      expect(cdf(low - 1)).toBeLessThan(0.05 + 1e-9);
      expect(cdf(low)).toBeGreaterThan(0.05 - 1e-9);
      expect(cdf(high)).toBeGreaterThan(0.95 - 1e-9);
      expect(cdf(high - 1)).toBeLessThan(0.95 + 1e-9);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("equal risks give the binomial", () => {
  const { low, high } = counted(new Array<number>(800).fill(0.3)).interval(0.95);
  expect(binomialCdf(low - 1, 800, 0.3)).toBeLessThan(0.025);
  expect(binomialCdf(low, 800, 0.3)).toBeGreaterThanOrEqual(0.025);
  expect(binomialCdf(high - 1, 800, 0.3)).toBeLessThan(0.975);
  expect(binomialCdf(high, 800, 0.3)).toBeGreaterThanOrEqual(0.975);
});

test("past the exact range the interval holds its level and is at most two wider than it must be", () => {
  const [n, p] = [20_000, 0.04];
  const { low, high } = counted(new Array<number>(n).fill(p)).interval(0.95);
  expect(binomialCdf(low - 1, n, p)).toBeLessThan(0.025);
  expect(binomialCdf(high, n, p)).toBeGreaterThan(0.975);
  expect(binomialCdf(low + 2, n, p)).toBeGreaterThan(0.025);
  expect(binomialCdf(high - 3, n, p)).toBeLessThan(0.975);
});

test("a million small risks are counted without loss of mass", () => {
  const { low, high } = counted(new Array<number>(200_000).fill(1e-5)).interval(0.95);
  // Poisson(2) to five digits: P(0) = 0.135, P(<= 5) = 0.983.
  expect([low, high]).toEqual([0, 5]);
});

test("no items, or only certain ones, leave nothing to chance", () => {
  expect(counted([]).interval(0.95)).toEqual({ low: 0, high: 0 });
  expect(counted([1, 0, 1]).interval(0.95)).toEqual({ low: 2, high: 2 });
});

test("drawn counts fall inside as often as promised", () => {
  const rng = rngOf(5);
  const risks = Array.from({ length: 300 }, () => rng.uniform() ** 4);
  const { low, high } = counted(risks).interval(0.9);
  const draws = 20_000;
  let inside = 0;
  for (let draw = 0; draw < draws; draw++) {
    const errors = risks.filter((risk) => rng.bernoulli(risk)).length;
    if (errors >= low && errors <= high) inside += 1;
  }
  // Six standard deviations below the promise: missed by chance once in 10^9.
  const slack = -normalQuantile(1e-9) * Math.sqrt((0.9 * 0.1) / draws);
  expect(inside / draws).toBeGreaterThan(0.9 - slack);
});

test("a risk that is not a probability is a bug", () => {
  expect(() => errorCount().add(Number.NaN)).toThrow("a risk is a probability");
});
