import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import {
  cohenKappa,
  krippendorffAlpha,
  krippendorffBootstrap,
  type Ratings,
  type Scale,
} from "./agreement.ts";
import reference from "./measure.reference.json" with { type: "json" };

const given = reference.cases.agreement;
const { units, raters } = given;
const ratings: Ratings = { units, raters, values: Int16Array.from(given.ratings) };
const numbers: Ratings = {
  units,
  raters,
  values: Float64Array.from(given.numbers, (value) => value ?? Number.NaN),
};
const scales: Scale[] = ["nominal", "ordinal", "interval"];

test.each(scales)("alpha with gaps agrees with the krippendorff package: %s", (scale) => {
  expect(unwrap(krippendorffAlpha(ratings, scale))).toBeCloseTo(given[scale as "nominal"], 12);
});

test("alpha of numbers far from zero agrees too", () => {
  expect(unwrap(krippendorffAlpha(numbers, "interval"))).toBeCloseTo(given.numbersInterval, 10);
});

test("Krippendorff's own worked example", () => {
  // Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: nominal 0.743,
  // ordinal 0.815, interval 0.849.
  const rows = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
  ];
  const values = Int16Array.from(
    { length: 48 },
    (_, i) => (rows[i % 4]?.[Math.floor(i / 4)] ?? 0) - 1,
  );
  const example = { units: 12, raters: 4, values };
  expect(unwrap(krippendorffAlpha(example, "nominal"))).toBeCloseTo(0.743, 3);
  expect(unwrap(krippendorffAlpha(example, "ordinal"))).toBeCloseTo(0.815, 3);
  expect(unwrap(krippendorffAlpha(example, "interval"))).toBeCloseTo(0.849, 3);
});

test.each(scales)("the bootstrap is of the same alpha: %s", (scale) => {
  const options = { rng: rngOf(1), resamples: 400 };
  const { value, interval } = unwrap(krippendorffBootstrap(ratings, scale, options));
  expect(value).toBeCloseTo(given[scale as "nominal"], 10);
  expect(interval.low).toBeLessThan(value);
  expect(interval.high).toBeGreaterThan(value);
  expect(unwrap(krippendorffBootstrap(ratings, scale, options)).interval).toEqual(interval);
});

test("full agreement is 1, none beyond chance near 0, less than chance below 0", () => {
  const of = (...values: number[]) => ({
    units: values.length / 2,
    raters: 2,
    values: Int16Array.from(values),
  });
  expect(unwrap(krippendorffAlpha(of(0, 0, 1, 1, 2, 2), "nominal"))).toBe(1);
  expect(unwrap(krippendorffAlpha(of(0, 1, 1, 0, 0, 1), "nominal"))).toBeLessThan(0);
});

test("undefined agreement says why", () => {
  const of = (values: number[]) => ({
    units: values.length / 2,
    raters: 2,
    values: Int16Array.from(values),
  });
  for (const scale of scales) {
    expect(krippendorffAlpha(of([0, -1, -1, 1]), scale)).toEqual({
      ok: false,
      error: { kind: "no-pairs" },
    });
    expect(krippendorffAlpha(of([1, 1, 1, 1]), scale)).toEqual({
      ok: false,
      error: { kind: "no-variation" },
    });
    expect(krippendorffBootstrap(of([1, 1]), scale, { rng: rngOf(1) }).ok).toBe(false);
  }
  expect(() =>
    krippendorffAlpha({ units: 2, raters: 2, values: new Int16Array(3) }, "nominal"),
  ).toThrow("one value");
  expect(() => krippendorffAlpha(numbers, "nominal")).toThrow("class indices");
});

test.each(["none", "linear", "quadratic"] as const)(
  "kappa agrees with scikit-learn: %s",
  (weights) => {
    const kappa = unwrap(cohenKappa(given.first, given.second, { classes: 4, weights }));
    expect(kappa).toBeCloseTo(given.kappa[weights], 12);
  },
);

test("kappa without variation or items is undefined", () => {
  expect(cohenKappa([1, 1], [1, 1], { classes: 2 })).toEqual({
    ok: false,
    error: { kind: "no-variation" },
  });
  expect(cohenKappa([], [], { classes: 2 })).toEqual({ ok: false, error: { kind: "no-pairs" } });
  expect(() => cohenKappa([2], [0], { classes: 2 })).toThrow("got 2 at 0");
});

test("neither the order of units, nor of raters, nor a gap-only rater moves alpha", () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: -1, max: 3 }),
          fc.integer({ min: -1, max: 3 }),
          fc.integer({ min: -1, max: 3 }),
        ),
        { minLength: 2, maxLength: 20 },
      ),
      (rows) => {
        const of = (table: number[][]) => ({
          units: table.length,
          raters: table[0]?.length ?? 0,
          values: Int16Array.from(table.flat()),
        });
        for (const scale of scales) {
          const alpha = krippendorffAlpha(of(rows), scale);
          if (!alpha.ok) continue;
          for (const other of [
            rows.toReversed(),
            rows.map((row) => row.toReversed()),
            rows.map((row) => [...row, -1]),
          ])
            expect(unwrap(krippendorffAlpha(of(other), scale))).toBeCloseTo(alpha.value, 9);
        }
      },
    ),
    { seed: 5, numRuns: 150 },
  ));
