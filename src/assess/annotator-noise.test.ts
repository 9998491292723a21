import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import {
  type AnnotatorNoise,
  type AnsweredPair,
  COMPARISONS_MIN,
  fitAnnotator,
  fitAnnotators,
  fitSharedTaste,
} from "./annotator-noise.ts";

const sigma = (x: number) => 1 / (1 + Math.exp(-x));

/** Answers by the law itself; margins of every size, lengths that go their own way. */
function answers(noise: AnnotatorNoise, count: number, seed: string): AnsweredPair[] {
  const rng = rngOf(seed);
  return Array.from({ length: count }, () => {
    const margin = 1.5 * rng.normal();
    const lengthDifference = rng.int(13) - 6;
    return { margin, lengthDifference, choseFirst: chooses(noise, { margin, lengthDifference }) };
  });
  function chooses(
    { temperature, flipRate, positionBias, lengthBias }: AnnotatorNoise,
    pair: { margin: number; lengthDifference: number },
  ): boolean {
    const lead = pair.margin + lengthBias * pair.lengthDifference + positionBias;
    const chosen = rng.bernoulli(sigma(lead / temperature));
    return rng.bernoulli(flipRate) ? !chosen : chosen;
  }
}

const NAMES = ["temperature", "flipRate", "positionBias", "lengthBias"] as const;

test("what an annotator is like is found again, flips and temperature told apart", () => {
  const truth = { temperature: 0.5, flipRate: 0.15, positionBias: 0.3, lengthBias: -0.08 };
  const fit = fitAnnotator(answers(truth, 6000, "recovery"));
  expect(Math.abs(fit.temperature - 0.5)).toBeLessThan(0.12);
  expect(Math.abs(fit.flipRate - 0.15)).toBeLessThan(0.03);
  expect(Math.abs(fit.positionBias - 0.3)).toBeLessThan(0.1);
  expect(Math.abs(fit.lengthBias + 0.08)).toBeLessThan(0.03);
  expect(fit.unidentified).toEqual([]);
});

test("intervals hold the truth about as often as they say", () => {
  const truth = { temperature: 0.6, flipRate: 0.2, positionBias: -0.2, lengthBias: 0.05 };
  const runs = 20;
  const missed = { temperature: 0, flipRate: 0, positionBias: 0, lengthBias: 0 };
  let widest = 0;
  for (let run = 0; run < runs; run++) {
    const { intervals } = fitAnnotator(answers(truth, 300, `coverage-${run}`));
    for (const name of NAMES)
      if (truth[name] < intervals[name].low || truth[name] > intervals[name].high) missed[name]++;
    widest = Math.max(widest, intervals.flipRate.high - intervals.flipRate.low);
  }
  // At 95 % each misses 1 of 20; 11 or more would be rarer than one in a billion.
  for (const name of NAMES) expect(missed[name]).toBeLessThan(11);
  // Nor are they so wide that they hold anything.
  expect(widest).toBeLessThan(0.5);
});

test("by hand: margins of one size, so that only shares are seen", () => {
  // 75 of 100 right either way round: σ(1/τ) = 0.75 without flips, so τ = 1/ln 3.
  const rows = Array.from({ length: 100 }, (_, i) => ({
    margin: i % 2 === 0 ? 1 : -1,
    lengthDifference: 0,
    choseFirst: (i % 2 === 0) === Math.floor(i / 2) % 4 > 0,
  }));
  const right = rows.filter(({ margin, choseFirst }) => margin > 0 === choseFirst).length;
  const fit = fitAnnotator(rows);
  const told = fit.flipRate + (1 - 2 * fit.flipRate) * sigma(1 / fit.temperature);
  expect(told).toBeCloseTo(right / 100, 3);
  expect(fit.logLikelihood).toBeCloseTo(
    right * Math.log(right / 100) + (100 - right) * Math.log(1 - right / 100),
    3,
  );
  // One size of margin cannot tell flips from temperature, equal lengths nothing of their bias.
  expect(fit.unidentified).toContain("lengthBias");
  expect(fit.unidentified).toContain("temperature");
});

test("the order in which pairs are shown is a bias, and turning it round turns its sign", () => {
  const truth = { temperature: 0.5, flipRate: 0.1, positionBias: 0.4, lengthBias: 0.1 };
  const rows = answers(truth, 1500, "mirror");
  const mirrored = rows.map(({ margin, lengthDifference, choseFirst }) => ({
    margin: -margin,
    lengthDifference: -lengthDifference,
    choseFirst: !choseFirst,
  }));
  const [one, other] = [fitAnnotator(rows), fitAnnotator(mirrored)];
  expect(other.positionBias).toBeCloseTo(-one.positionBias, 3);
  expect(other.lengthBias).toBeCloseTo(one.lengthBias, 3);
  expect(other.flipRate).toBeCloseTo(one.flipRate, 3);
  expect(other.logLikelihood).toBeCloseTo(one.logLikelihood, 5);
});

test("the scale of worth is the scale of the fit", () => {
  const truth = { temperature: 0.5, flipRate: 0.1, positionBias: 0.2, lengthBias: 0.1 };
  const rows = answers(truth, 800, "scale");
  const tenfold = rows.map((row) => ({ ...row, margin: 10 * row.margin }));
  const [one, ten] = [fitAnnotator(rows), fitAnnotator(tenfold)];
  expect(ten.temperature / one.temperature).toBeCloseTo(10, 2);
  expect(ten.positionBias / one.positionBias).toBeCloseTo(10, 2);
  expect(ten.flipRate).toBeCloseTo(one.flipRate, 4);
});

test("one who always takes the first shows only that", () => {
  const rows = answers(
    { temperature: 1, flipRate: 0, positionBias: 0, lengthBias: 0 },
    60,
    "first",
  ).map((row) => ({ ...row, choseFirst: true }));
  const fit = fitAnnotator(rows);
  expect(fit.positionBias).toBeGreaterThan(0);
  expect(fit.unidentified).toContain("positionBias");
  for (const name of NAMES) expect(Number.isFinite(fit[name])).toBe(true);
});

test("one taste of several annotators is found with the noise of each", () => {
  const rng = rngOf("taste");
  const weights = [1, -0.5, 0.25];
  const people = {
    careful: { temperature: 0.4, flipRate: 0.02, positionBias: 0, lengthBias: 0 },
    hasty: { temperature: 0.4, flipRate: 0.3, positionBias: 0.5, lengthBias: 0 },
  };
  const rows = Object.entries(people).flatMap(([annotator, noise]) =>
    Array.from({ length: 1500 }, () => {
      const features = weights.map(() => rng.normal());
      const margin = features.reduce((sum, f, i) => sum + f * (weights[i] ?? 0), 0);
      const lengthDifference = rng.int(7) - 3;
      const chosen = rng.bernoulli(sigma((margin + noise.positionBias) / noise.temperature));
      const choseFirst = rng.bernoulli(noise.flipRate) ? !chosen : chosen;
      return { annotator, features, lengthDifference, choseFirst };
    }),
  );
  const { weights: found, annotators } = fitSharedTaste(rows);
  expect((found[1] ?? 0) / (found[0] ?? 1)).toBeCloseTo(-0.5, 1);
  expect((found[2] ?? 0) / (found[0] ?? 1)).toBeCloseTo(0.25, 1);
  expect(annotators.get("careful")?.flipRate).toBeLessThan(0.08);
  expect(Math.abs((annotators.get("hasty")?.flipRate ?? 0) - 0.3)).toBeLessThan(0.06);
  expect(annotators.get("hasty")?.positionBias).toBeGreaterThan(0.15);
});

test("what cannot be fitted is refused by name and row", () => {
  const rows = answers(
    { temperature: 1, flipRate: 0, positionBias: 0, lengthBias: 0 },
    COMPARISONS_MIN,
    "bad",
  );
  const thrown = (run: () => unknown): Problem => {
    try {
      run();
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    throw new Error("no problem was thrown");
  };
  const few = thrown(() => fitAnnotators(new Map([["Ann", rows.slice(1)]])));
  expect(few.message).toContain("of Ann");
  expect(few.detail.got).toBe("19");
  const odd = rows.map((row, i) => (i === 3 ? { ...row, margin: Number.NaN } : row));
  expect(thrown(() => fitAnnotator(odd)).detail.at).toEqual({ row: 4, field: "margin" });
  const featured = { annotator: "Ann", lengthDifference: 0, choseFirst: true };
  const mixed = [
    { ...featured, features: [1, 2] },
    { ...featured, features: [1] },
  ];
  expect(thrown(() => fitSharedTaste(mixed)).detail.at).toEqual({ row: 2, field: "features" });
});
