import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import reference from "./measure.reference.json" with { type: "json" };
import { type Alternative, pairedPermutation, twoSamplePermutation } from "./permutation.ts";

const given = reference.cases.permutation;
const alternatives: Alternative[] = ["two-sided", "greater", "less"];
const rng = rngOf(1);

test.each(alternatives)("exact p-values agree with SciPy: %s", (alternative) => {
  const options = { rng, alternative };
  const paired = pairedPermutation(Float64Array.from(given.differences), options);
  expect(paired).toMatchObject({ method: "exact", rearrangements: 4096 });
  expect(paired.p).toBeCloseTo(given.paired[alternative], 12);
  const ties = pairedPermutation(Float64Array.from(given.ties), options);
  expect(ties.p).toBeCloseTo(given.pairedTies[alternative], 12);
  const two = twoSamplePermutation(
    Float64Array.from(given.first),
    Float64Array.from(given.second),
    options,
  );
  expect(two).toMatchObject({ method: "exact", rearrangements: 6435 });
  expect(two.p).toBeCloseTo(given.twoSample[alternative], 12);
});

test("hand-computed: three pairs all in favour are one pattern of eight", () => {
  const { p, value } = pairedPermutation(Float64Array.of(1, 2, 3), { rng, alternative: "greater" });
  expect(p).toBe(1 / 8);
  expect(value).toBe(2);
});

test("random rearrangements come near the exact p-value", () => {
  // 19 pairs: one more than is gone through exactly. A linear statistic of ±1 differences is a
  // binomial.
  const d = Float64Array.from({ length: 19 }, (_, i) => (i < 14 ? 1 : -1));
  const exact = 2 * 0.0317840576171875; // P(Binomial(19, ½) ≥ 14), twice
  const { p, method, rearrangements } = pairedPermutation(d, { rng, resamples: 20_000 });
  expect([method, rearrangements]).toEqual(["random", 20_001]);
  // Twice a tail of 0.032 from 20,000: six standard errors are 6·2·√(0.032·0.968/20000) = 0.015.
  expect(Math.abs(p - exact)).toBeLessThan(0.015);

  const first = Float64Array.from({ length: 15 }, (_, i) => i + 4);
  const second = Float64Array.from({ length: 15 }, (_, i) => i);
  const more = twoSamplePermutation(first, second, { rng, resamples: 20_000 });
  const other = twoSamplePermutation(first, second, { rng: rngOf(2), resamples: 20_000 });
  expect(more.method).toBe("random");
  expect(more.value).toBe(4);
  expect(Math.abs(more.p - other.p)).toBeLessThan(0.02);
});

test("the same rng gives the same p, and p is never zero", () => {
  const d = Float64Array.from({ length: 40 }, () => 1);
  const options = { rng, resamples: 99 };
  expect(pairedPermutation(d, options)).toEqual(pairedPermutation(d, options));
  expect(pairedPermutation(d, options).p).toBe(2 / 100);
});

test("no difference at all gives p = 1", () => {
  expect(pairedPermutation(new Float64Array(5), { rng }).p).toBe(1);
  expect(pairedPermutation(new Float64Array(50), { rng, resamples: 99 }).p).toBe(1);
  expect(() => pairedPermutation(new Float64Array(0), { rng })).toThrow("at least one pair");
});
