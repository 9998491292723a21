import fc from "fast-check";
import { expect, test } from "vitest";
import reference from "#assess/assess.reference.json" with { type: "json" };
import { rngOf } from "#core/rng.ts";
import { applyIsotonic, fitIsotonic, Isotonic } from "./isotonic.ts";
import { applyPlatt, fitPlatt, Platt } from "./platt.ts";
import { applyTemperature, fitTemperature, Temperature } from "./temperature.ts";

test.each(reference.cases.calibrators)(
  "Platt scaling agrees with scikit-learn ($name)",
  (given) => {
    const fitted = fitPlatt(given.scores, given.happened);
    expect(Math.abs(fitted.a - given.platt.a)).toBeLessThan(1e-4);
    expect(Math.abs(fitted.b - given.platt.b)).toBeLessThan(1e-4);
    for (const [i, x] of given.at.entries())
      expect(Math.abs(applyPlatt(fitted, x) - (given.platt.values[i] ?? 0))).toBeLessThan(1e-5);
  },
);

test.each(reference.cases.calibrators)(
  "isotonic regression agrees with scikit-learn ($name)",
  (given) => {
    const fitted = fitIsotonic(given.scores, given.happened);
    for (const [i, x] of given.at.entries())
      expect(applyIsotonic(fitted, x)).toBeCloseTo(given.isotonic[i] ?? 0, 12);
  },
);

test("the published example: 1, 3, 2, 4 becomes 1, 2.5, 2.5, 4", () => {
  const fitted = fitIsotonic([1, 2, 3, 4], [1, 3, 2, 4]);
  expect([1, 2, 3, 4].map((x) => applyIsotonic(fitted, x))).toEqual([1, 2.5, 2.5, 4]);
  expect(applyIsotonic(fitted, -5)).toBe(1);
  expect(applyIsotonic(fitted, 1.5)).toBeCloseTo(1.75, 12);
});

test("temperature agrees with SciPy's minimiser", () => {
  const { logits, gold, temperature } = reference.cases.temperature;
  const fitted = fitTemperature(logits, 3, gold);
  expect(Math.abs(fitted.temperature / temperature - 1)).toBeLessThan(1e-6);
});

test("temperature keeps the order of classes, and one leaves logits alone", () => {
  const logits = [2, 1, 0, -1, 0.5, 0.2];
  const soft = applyTemperature({ kind: "temperature", temperature: 5 }, logits, 3);
  expect(soft[0]).toBeGreaterThan(soft[1] ?? 1);
  const same = applyTemperature({ kind: "temperature", temperature: 1 }, [Math.log(3), 0], 2);
  expect(same[0]).toBeCloseTo(0.75, 12);
});

test("separable data: Platt's smoothed targets and the bound on temperature keep fits finite", () => {
  const { a, b } = fitPlatt([-2, -1, 1, 2], [0, 0, 1, 1]);
  expect(Number.isFinite(a) && Number.isFinite(b)).toBe(true);
  expect(applyPlatt({ kind: "platt", a, b }, 2)).toBeLessThan(0.95);
  expect(fitTemperature([5, -5, -5, 5], 2, [0, 1]).temperature).toBeCloseTo(0.01, 3);
});

test("scores that are all equal, and outcomes of one kind", () => {
  const { a, b } = fitPlatt([1, 1, 1, 1], [1, 0, 1, 1]);
  // The smoothed targets 4/5 (three times) and 1/3 have this mean.
  expect(applyPlatt({ kind: "platt", a, b }, 1)).toBeCloseTo((3 * 0.8 + 1 / 3) / 4, 6);
  expect(applyIsotonic(fitIsotonic([1, 1, 1, 1], [1, 0, 1, 1]), 0)).toBe(0.75);
  expect(applyIsotonic(fitIsotonic([1, 2], [0, 0]), 5)).toBe(0);
});

test("isotonic maps rise, stay within the outcomes, and preserve their mean", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
        minLength: 1,
        maxLength: 40,
      }),
      (pairs) => {
        const scores = pairs.map(([score]) => score / 20);
        const outcomes = pairs.map(([, outcome]) => outcome);
        const fitted = fitIsotonic(scores, outcomes);
        const values = scores.map((score) => applyIsotonic(fitted, score));
        const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
        expect(mean(values)).toBeCloseTo(mean(outcomes), 9);
        for (const [i, a] of scores.entries())
          for (const [j, b] of scores.entries())
            if (a < b) expect(values[i]).toBeLessThanOrEqual((values[j] ?? 0) + 1e-12);
      },
    ),
    { seed: 2 },
  );
});

test("every calibrator survives JSON", () => {
  const rng = rngOf(1);
  const scores = Array.from({ length: 50 }, () => rng.uniform());
  const happened = scores.map((score) => Number(rng.bernoulli(score)));
  const copies = [
    [Platt, fitPlatt(scores, happened)],
    [Isotonic, fitIsotonic(scores, happened)],
    [
      Temperature,
      fitTemperature(
        scores.flatMap((s) => [s, -s]),
        2,
        happened,
      ),
    ],
  ] as const;
  for (const [schema, fitted] of copies)
    expect(schema.parse(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted);
});
