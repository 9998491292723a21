import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { selectiveThreshold } from "./clopper-pearson.ts";
import { conformalThreshold, predictionSet } from "./conformal.ts";

test("the conformal threshold is the ceil((n + 1)(1 - alpha))-th smallest score", () => {
  const scores = [0.9, 0.1, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6];
  expect(unwrap(conformalThreshold(scores, 0.1)).threshold).toBe(0.9);
  expect(unwrap(conformalThreshold(scores, 0.2)).threshold).toBe(0.8);
  expect(unwrap(conformalThreshold(scores, 0.5)).threshold).toBe(0.5);
});

test("too few scores for the promise: how many it would take", () => {
  const failed = conformalThreshold([0.1, 0.2, 0.3], 0.1);
  expect(failed).toMatchObject({ ok: false, error: { kind: "too-few-scores", got: 3, need: 9 } });
  expect(conformalThreshold(new Float64Array(9), 0.1).ok).toBe(true);
});

test("a prediction set holds the classes within the threshold", () => {
  const gate = { threshold: 0.7, alpha: 0.1, n: 99 };
  expect(predictionSet(gate, [0.65, 0.31, 0.04])).toEqual([0, 1]);
});

test("conformal coverage holds on average: 2,000 calibrations", () => {
  const rng = rngOf(12);
  const [runs, n, alpha] = [2_000, 50, 0.1];
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const scores = Float64Array.from({ length: n }, () => rng.uniform());
    if (rng.uniform() <= unwrap(conformalThreshold(scores, alpha)).threshold) covered++;
  }
  // Coverage is 46/51 = 0.902 exactly; six standard errors are 0.04.
  expect(Math.abs(covered / runs - 46 / 51)).toBeLessThan(0.04);
});

/**
 * Four in five items are easy, at a risk below 0.04; the rest are anything. The risks are right on
 * average.
 */
function calibrated(rng: Rng, n: number) {
  const risk = Float64Array.from(
    { length: n },
    () => rng.uniform() * (rng.bernoulli(0.8) ? 0.04 : 1),
  );
  return { risk, wrong: risk.map((p) => Number(rng.bernoulli(p))) };
}

/** Fewer than by default, for the sake of the many runs. */
const thresholds = Array.from({ length: 100 }, (_, t) => (t + 1) / 100);

/** Mean risk of what a threshold accepts: the true error. */
function trueError(threshold: number): number {
  const easy = 0.8 * Math.min(1, threshold / 0.04);
  const hard = 0.2 * threshold;
  return (easy * Math.min(threshold, 0.04) + hard * threshold) / 2 / (easy + hard);
}

test("the selective promise holds: the true error is above the target in at most delta of 2,000 runs", () => {
  const rng = rngOf(21);
  const [runs, target, delta] = [2_000, 0.05, 0.1];
  let broken = 0;
  let found = 0;
  for (let run = 0; run < runs; run++) {
    const { risk, wrong } = calibrated(rng.split(run), 400);
    const gate = selectiveThreshold(risk, wrong, { target, delta, thresholds });
    if (!gate.ok) continue;
    found++;
    if (trueError(gate.value.acceptUpTo) > target) broken++;
  }
  // A tail of 1e-9 above Binomial(2000, 0.1) is 285.
  expect(broken).toBeLessThan(285);
  expect(found).toBeGreaterThan(1_900);
});

test("a score that misleads finds no threshold, and the promise is not broken", () => {
  const rng = rngOf(22);
  let found = 0;
  for (let run = 0; run < 500; run++) {
    const { risk } = calibrated(rng.split(run), 400);
    const wrong = risk.map(() => Number(rng.bernoulli(0.12)));
    if (selectiveThreshold(risk, wrong, { target: 0.05, delta: 0.1, thresholds }).ok) found++;
  }
  expect(found).toBeLessThan(110); // Binomial(500, 0.1) stays below with probability 1 - 1e-9
});

test("it accepts more as the sample grows, and comes near the truth", () => {
  const at = (n: number) => {
    const { risk, wrong } = calibrated(rngOf(5), n);
    return unwrap(selectiveThreshold(risk, wrong, { target: 0.05, delta: 0.05 })).acceptUpTo;
  };
  expect(at(40_000)).toBeGreaterThan(at(400));
  expect(trueError(at(40_000))).toBeGreaterThan(0.04);
  expect(trueError(at(40_000))).toBeLessThan(0.05);
});

test("by hand: 59 right items are just enough for 5 % at 95 %, 58 are not", () => {
  const promise = { target: 0.05, delta: 0.05, thresholds: [0.5] };
  const gate = unwrap(selectiveThreshold(new Float64Array(59), new Uint8Array(59), promise));
  expect(gate).toMatchObject({ acceptUpTo: 0.5, accepted: 59, wrong: 0 });
  expect(gate.bound).toBeCloseTo(1 - 0.05 ** (1 / 59), 9);
  expect(selectiveThreshold(new Float64Array(58), new Uint8Array(58), promise)).toMatchObject({
    error: { kind: "no-threshold", accepted: 58, wrong: 0, need: 59 },
  });
});

test("testing stops at the first failure: what is looser is never looked at", () => {
  const risk = [
    ...new Array(100).fill(0.1),
    ...new Array(100).fill(0.2),
    ...new Array(5_000).fill(0.3),
  ];
  const wrong = risk.map((p, i) => (p === 0.2 && i % 2 === 0 ? 1 : 0));
  const promise = { target: 0.05, delta: 0.05, thresholds: [0.1, 0.2, 0.3] };
  // All 5,200 together err 1 %, but the middle step fails.
  expect(unwrap(selectiveThreshold(risk, wrong, promise)).acceptUpTo).toBe(0.1);
});

test("no items, no threshold", () => {
  expect(selectiveThreshold([], [], { target: 0.1, delta: 0.1 }).ok).toBe(false);
});
