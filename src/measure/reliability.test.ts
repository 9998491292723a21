import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import reference from "./measure.reference.json" with { type: "json" };
import { binnedR2, brier, ece, eceOf, pearson, reliabilityBins } from "./reliability.ts";

const { risk, wrong, ...expected } = reference.cases.risk;

test("reliability bins agree with scikit-learn's calibration curve", () => {
  const filled = reliabilityBins(risk, wrong).filter(({ n }) => n > 0);
  expect(filled.length).toBe(expected.reliability.observed.length);
  filled.forEach((bin, k) => {
    expect(bin.observed).toBeCloseTo(expected.reliability.observed[k] ?? Number.NaN, 12);
    expect(bin.predicted).toBeCloseTo(expected.reliability.predicted[k] ?? Number.NaN, 12);
    expect(bin.interval.low).toBeLessThanOrEqual(bin.observed ?? Number.NaN);
    expect(bin.interval.high).toBeGreaterThanOrEqual(bin.observed ?? Number.NaN);
  });
});

test("ECE agrees with a plain computation in both modes and comes with its counts", () => {
  const width = unwrap(ece(risk, wrong));
  expect(width.value).toBeCloseTo(expected.eceWidth, 12);
  expect(width.bins.length).toBe(10);
  expect(width.bins.reduce((n, bin) => n + bin.n, 0)).toBe(risk.length);
  const mass = unwrap(ece(risk, wrong, { mode: "equal-mass" }));
  expect(mass.value).toBeCloseTo(expected.eceMass, 12);
  expect(mass.bins.map(({ n }) => n)).toEqual(Array(10).fill(40));
});

test("on a resample it is the ECE of the items drawn", () => {
  const indices = Uint32Array.from({ length: 300 }, (_, i) => (i * 37) % 211);
  const drawn = (values: number[]) => Array.from(indices, (i) => values[i] ?? Number.NaN);
  expect(eceOf(risk, wrong)(indices)).toBeCloseTo(unwrap(ece(drawn(risk), drawn(wrong))).value, 12);
});

test("ECE is refused below 50 items", () => {
  expect(ece(risk.slice(0, 49), wrong.slice(0, 49))).toEqual({
    ok: false,
    error: { kind: "too-few-items", got: 49, need: 50 },
  });
  expect(ece(risk.slice(0, 50), wrong.slice(0, 50)).ok).toBe(true);
});

test("Brier and binned R2 agree with scikit-learn and SciPy", () => {
  expect(brier(risk, wrong)).toBeCloseTo(expected.brier, 12);
  expect(binnedR2(risk, wrong)).toBeCloseTo(expected.binnedR2, 10);
});

test("an edge belongs to the bin below it, as a fraction and not as it rounds", () => {
  // 0.07 · 100 is 7.000000000000001 in binary.
  const bins = reliabilityBins([0.07, 0, 1], [1, 0, 1], { bins: 100 });
  expect(bins.flatMap(({ n }, k) => (n > 0 ? [k] : []))).toEqual([0, 6, 99]);
});

test("an empty bin has no observed rate and the widest interval", () => {
  expect(reliabilityBins([0.05], [0], { bins: 2 })[1]).toMatchObject({
    n: 0,
    observed: null,
    predicted: 0.75,
    interval: { low: 0, high: 1 },
  });
});

test("equal-mass bins never outnumber the items", () => {
  const bins = reliabilityBins([0.3, 0.1, 0.2], [0, 1, 0], { bins: 10, mode: "equal-mass" });
  expect(bins.map(({ low, n }) => [low, n])).toEqual([
    [0.1, 1],
    [0.2, 1],
    [0.3, 1],
  ]);
});

test("binned R2 is null where it is undefined", () => {
  expect(binnedR2([], [])).toBeNull();
  expect(binnedR2([0.5], [1])).toBeNull();
  expect(binnedR2([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0])).toBeNull();
  expect(binnedR2([0.1, 0.2, 0.3, 0.4], [0, 0, 0, 0])).toBeNull();
  expect(brier([], [])).toBeNull();
});

test("Pearson of a line is one in size, of a constant undefined", () => {
  const x = Float64Array.of(1, 2, 3, 5);
  expect(
    pearson(
      x,
      x.map((v) => 3 - 2 * v),
    ),
  ).toBeCloseTo(-1, 12);
  expect(
    pearson(
      x,
      x.map(() => 0.1),
    ),
  ).toBeNull();
});

test("predictions that are no probabilities are refused", () => {
  expect(() => brier([1.2], [1])).toThrow("got 1.2 at 0");
  expect(() => reliabilityBins([Number.NaN], [1])).toThrow("[0, 1]");
  expect(() => reliabilityBins([0.5], [])).toThrow("as many");
});

test("the order of items does not move ECE or Brier", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1)), {
        minLength: 50,
        maxLength: 90,
      }),
      (pairs) => {
        const moved = rngOf(3).shuffle(pairs);
        const of = (list: [number, number][]) =>
          [list.map(([p]) => p), list.map(([, y]) => y)] as const;
        expect(unwrap(ece(...of(moved))).value).toBeCloseTo(unwrap(ece(...of(pairs))).value, 10);
        expect(brier(...of(moved))).toBeCloseTo(brier(...of(pairs)) ?? Number.NaN, 10);
      },
    ),
    { seed: 2, numRuns: 100 },
  ));
