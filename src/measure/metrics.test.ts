import { expect, test } from "vitest";
import type { Judged, Measurement } from "#core/measurement.ts";
import { rngOf } from "#core/rng.ts";
import { type MakeMetric, metricSuite } from "./metric.suite.ts";
import {
  accuracyMetric,
  aurocMetric,
  brierMetric,
  eceMetric,
  errorMetric,
  f1Metric,
  labelMetrics,
  macroF1Metric,
} from "./metrics.ts";
import { wilson } from "./proportion.ts";

const resamples = 60;
const all: Record<string, MakeMetric> = {
  error: (rng) => errorMetric({ rng, resamples }),
  accuracy: (rng) => accuracyMetric({ rng, resamples }),
  f1: (rng) => f1Metric({ rng, resamples, positive: "spam" }),
  macroF1: (rng) => macroF1Metric({ rng, resamples }),
  ece: (rng) => eceMetric({ rng, resamples }),
  brier: (rng) => brierMetric({ rng, resamples }),
  auroc: (rng) => aurocMetric({ rng, resamples }),
  labelMetrics: (rng) => labelMetrics({ rng, resamples, positive: "spam" }),
};
for (const [name, make] of Object.entries(all)) metricSuite(name, make);

const rng = rngOf(1);
const named = (measurements: Measurement[], name: string) =>
  measurements.find(({ metric }) => metric === name);

/** Items in fours: spam called spam, spam called ham, ham called ham, one abstention. */
const judged: Judged<string>[] = Array.from({ length: 80 }, (_, i) => ({
  itemId: `m${i}`,
  gold: i % 4 < 2 ? "spam" : "ham",
  output: (["spam", "ham", "ham", null] as const)[i % 4] ?? null,
  risk: [0.2, 0.7, 0.1, 0.5][i % 4],
}));

test("abstentions are left out of the error, counted beside it, and said", () => {
  const measured = errorMetric({ rng }).measure(judged);
  expect(named(measured, "error")).toEqual({
    metric: "error",
    value: 1 / 3,
    n: 60,
    interval: wilson(20, 60),
    note: "20 abstentions left out",
  });
  expect(named(measured, "abstention")).toMatchObject({ value: 0.25, n: 80 });
  expect(accuracyMetric({ rng }).measure(judged)[0]?.value).toBeCloseTo(2 / 3, 12);
});

test("F1 states its positive class", () => {
  const [spam] = f1Metric({ rng, positive: "spam" }).measure(judged);
  const [ham] = f1Metric({ rng, positive: "ham" }).measure(judged);
  // Of the answered: spam has 20 hits and 20 misses, ham 20 hits and 20 false alarms.
  expect(spam?.value).toBeCloseTo(2 / 3, 12);
  expect(ham?.value).toBeCloseTo(2 / 3, 12);
  expect(spam?.note).toBe('positive class "spam"; 20 abstentions left out');
  expect(f1Metric({ rng, positive: "absent" }).measure(judged)).toEqual([]);
});

test("ECE, Brier and AUROC of the assessed answers", () => {
  const measured = labelMetrics({ rng, positive: "spam" }).measure(judged);
  expect(named(measured, "ece")?.value).toBeCloseTo((0.2 + 0.3 + 0.1) / 3, 12);
  expect(named(measured, "ece")?.note).toMatch(
    /^10 equal-width bins of 20, 20, 0, 0, 0, 0, 20, 0, 0, 0 items/,
  );
  expect(named(measured, "brier")?.value).toBeCloseTo((0.04 + 0.09 + 0.01) / 3, 12);
  expect(named(measured, "auroc")?.value).toBe(1);
});

test("resamples that all agree give no interval rather than a point", () => {
  const [auroc] = aurocMetric({ rng }).measure(judged);
  expect(auroc?.interval).toBeNull();
  expect(auroc?.note).toContain("no interval");
});

test("what is undefined is not measured", () => {
  const right = judged.map((one) => ({ ...one, output: one.gold }));
  expect(aurocMetric({ rng }).measure(right)).toEqual([]);
  expect(eceMetric({ rng }).measure(judged.slice(0, 49))).toEqual([]);
  const unassessed = judged.map(({ risk: _, ...one }) => one);
  expect(brierMetric({ rng }).measure(unassessed)).toEqual([]);
  const silent = judged.map((one) => ({ ...one, output: null }));
  expect(
    labelMetrics({ rng, positive: "spam" })
      .measure(silent)
      .map(({ metric }) => metric),
  ).toEqual(["abstention"]);
});

test("items of one thread are resampled together, and five threads are five trials", () => {
  const threads = judged
    .filter(({ output }) => output !== null)
    .map((one, i) => ({ ...one, cluster: `thread ${Math.floor(i / 12)}` }));
  const error = named(errorMetric({ rng }).measure(threads), "error");
  expect(error?.interval?.method).toBe("bootstrap-percentile-clustered");
  const right = threads.map((one) => ({ ...one, output: one.gold }));
  expect(named(errorMetric({ rng }).measure(right), "error")?.interval).toEqual(wilson(0, 5));
  const own = threads.map((one, i) => ({ ...one, cluster: `thread ${i}` }));
  expect(named(errorMetric({ rng }).measure(own), "error")?.interval?.method).toBe("wilson");
});
