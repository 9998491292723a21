/**
 * What every `Metric` must do, whoever wrote it. Run it over each implementation from a test file.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Metric } from "#core/contracts.ts";
import { type Judged, Measurement } from "#core/measurement.ts";
import { type Rng, rngOf } from "#core/rng.ts";

const LABELS = ["spam", "ham", "list"];

const judgedItems = (size: { readonly min: number; readonly max: number }) =>
  fc
    .array(
      fc.record(
        {
          output: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...LABELS) }, fc.constant(null)),
          gold: fc.constantFrom(...LABELS),
          risk: fc.double({ min: 0, max: 1, noNaN: true }),
          cluster: fc.constantFrom("a", "b", "c", "d", "e"),
        },
        { requiredKeys: ["output", "gold"] },
      ),
      { minLength: size.min, maxLength: size.max },
    )
    .map((rows): Judged<string>[] => rows.map((row, i) => ({ ...row, itemId: `item ${i}` })));

const anySize = fc.oneof(judgedItems({ min: 0, max: 6 }), judgedItems({ min: 60, max: 90 }));
const fixed = { seed: 11, numRuns: 25 };

/** Makes the metric anew; a metric of chance draws from the `rng` only. */
export type MakeMetric = (rng: Rng) => Metric<string>;

export function metricSuite(name: string, make: MakeMetric): void {
  describe(`${name} keeps the contract of a metric`, () => {
    const measure = (judged: readonly Judged<string>[], seed = 1) =>
      make(rngOf(seed)).measure(judged);

    test("measurements parse, are finite, and an interval holds its value", () =>
      fc.assert(
        fc.property(anySize, (judged) => {
          const measurements = measure(judged);
          for (const measurement of measurements) {
            expect(Measurement.safeParse(measurement).error).toBeUndefined();
            expect(Number.isFinite(measurement.value)).toBe(true);
            expect(measurement.n).toBeLessThanOrEqual(judged.length);
            const { interval, value } = measurement;
            if (interval === null) continue;
            expect(interval.low, JSON.stringify(measurement)).toBeLessThanOrEqual(value);
            expect(interval.high, JSON.stringify(measurement)).toBeGreaterThanOrEqual(value);
          }
          const names = measurements.map(({ metric }) => metric);
          expect(new Set(names).size).toBe(names.length);
        }),
        fixed,
      ));

    test("says something where there is plenty to say it from, and nothing of nothing", () => {
      const plenty =
        fc.sample(judgedItems({ min: 200, max: 200 }), { seed: 3, numRuns: 1 })[0] ?? [];
      const assessed = plenty.map((one, i) => ({ ...one, risk: (i % 97) / 97 }));
      expect(measure(assessed).length).toBeGreaterThan(0);
      expect(measure([])).toEqual([]);
    });

    test("the order of items does not matter, to the last byte", () =>
      fc.assert(
        fc.property(anySize, fc.nat(), (judged, seed) => {
          expect(measure(rngOf(seed).shuffle(judged))).toEqual(measure(judged));
        }),
        fixed,
      ));

    test("the same seed gives the same bytes, asked once or twice", () =>
      fc.assert(
        fc.property(anySize, (judged) => {
          const metric = make(rngOf(5));
          const first = JSON.stringify(metric.measure(judged));
          expect(JSON.stringify(metric.measure(judged))).toBe(first);
          expect(JSON.stringify(measure(judged, 5))).toBe(first);
        }),
        fixed,
      ));

    test("its input is left as it was", () =>
      fc.assert(
        fc.property(anySize, (judged) => {
          const before = structuredClone(judged);
          measure(Object.freeze(judged.map((one) => Object.freeze(one))));
          expect(judged).toEqual(before);
        }),
        fixed,
      ));
  });
}
