import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { CLASS_TARGET, classWeights } from "./class-weights.ts";
import { FRAME_CLASSES } from "./frame-classes.ts";
import { iwrWeights, mixedSampler } from "./sampling.ts";

const counts = (demo: number, robot: number, before: number, intervention: number) => ({
  demo,
  robot,
  "pre-intervention": before,
  intervention,
});

test("weights by hand: half of the loss is the interventions', demonstrations stay as they are", () => {
  // P = .2, .5, .2, .1; P* = .2, .3, 0, .5.
  const { shares, targets, weights, clipped, plain } = classWeights(counts(20, 50, 20, 10));
  expect(shares).toEqual(counts(0.2, 0.5, 0.2, 0.1));
  expect(targets.robot).toBeCloseTo(0.3, 12);
  expect(targets["pre-intervention"]).toBe(0);
  expect(weights.demo).toBe(1);
  expect(weights.robot).toBeCloseTo(0.6, 12);
  expect(weights["pre-intervention"]).toBe(0);
  expect(weights.intervention).toBeCloseTo(5, 12);
  expect([clipped, plain]).toEqual([false, false]);
});

test("0.002 for the steps before a take-over, as in the authors' code", () => {
  const target = { ...CLASS_TARGET, preIntervention: 0.002 };
  const { weights } = classWeights(counts(20, 50, 20, 10), target);
  expect(weights["pre-intervention"]).toBeCloseTo(0.01, 12);
  expect(weights.robot).toBeCloseTo(0.298 / 0.5, 12);
  // Without such steps their share is the policy's.
  expect(classWeights(counts(20, 70, 0, 10), target).targets.robot).toBeCloseTo(0.3, 12);
});

test("many demonstrations would turn the policy's weight negative: it is clipped and said", () => {
  const { targets, weights, clipped } = classWeights(counts(60, 30, 0, 10));
  expect(clipped).toBe(true);
  expect(weights.robot).toBe(0);
  expect(targets.demo).toBeCloseTo(0.6 / 1.1, 12);
  expect(targets.intervention).toBeCloseTo(0.5 / 1.1, 12);
  expect(classWeights(counts(50, 40, 0, 10)).clipped).toBe(false);
});

test("classes without steps divide nothing by zero", () => {
  expect(classWeights(counts(10, 30, 0, 0)).weights).toEqual(counts(1, 1, 1, 1));
  expect(classWeights(counts(10, 30, 0, 0)).plain).toBe(true);
  expect(classWeights(counts(0, 0, 0, 5)).weights).toEqual(counts(1, 1, 1, 1));
  // No step of the policy: its share goes to all in proportion.
  const { targets } = classWeights(counts(20, 0, 0, 80));
  expect(targets.intervention).toBeCloseTo(0.5 / 0.7, 12);
  expect(() => classWeights(counts(0, 0, 0, 0))).toThrow("at least one step");
  expect(() =>
    classWeights(counts(1, 1, 1, 1), { intervention: 0.9, preIntervention: 0.2 }),
  ).toThrow("1 at most together");
});

test("whatever was recorded, weights are finite and their mean over steps is 1", () => {
  const count = fc.nat(1000);
  fc.assert(
    fc.property(
      count,
      count,
      count,
      fc.integer({ min: 1, max: 1000 }),
      (demo, robot, pre, intv) => {
        const given = counts(demo, robot, pre, intv);
        for (const preIntervention of [0, 0.002]) {
          const { weights } = classWeights(given, { intervention: 0.5, preIntervention });
          const total = FRAME_CLASSES.reduce((sum, one) => sum + given[one], 0);
          const mean =
            FRAME_CLASSES.reduce((sum, one) => sum + given[one] * weights[one], 0) / total;
          expect(mean).toBeCloseTo(1, 9);
          for (const one of FRAME_CLASSES) expect(weights[one]).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { seed: 1 },
  );
});

test("IWR draws a person's steps half of the time", () => {
  const weights = iwrWeights(["robot", "intervention", "robot", "pre-intervention", "demo"]);
  expect([...weights]).toEqual([1, 4, 1, 1, 1]);
  expect([...iwrWeights(["robot", "demo"])]).toEqual([1, 1]);
  expect([...iwrWeights(["intervention"])]).toEqual([1]);
  expect(iwrWeights([])).toHaveLength(0);
});

test("a mixed batch has its parts exactly, whatever the buffers' sizes", () => {
  const share = (sampler: ReturnType<typeof mixedSampler>, size: number) => {
    const { buffer, index } = sampler.draw(size, rngOf(1));
    return { buffer: [...buffer], index: [...index] };
  };
  const { buffer, index } = share(mixedSampler([5, 5000]), 10);
  expect(buffer).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  expect(index.slice(0, 5).every((i) => i < 5)).toBe(true);
  expect(share(mixedSampler([5, 5, 5]), 4).buffer).toEqual([0, 1, 1, 2]);
  expect(share(mixedSampler([5, 0]), 3).buffer).toEqual([0, 0, 0]);
  expect(share(mixedSampler([5, 7], [1, 3]), 8).buffer.filter((b) => b === 0)).toHaveLength(2);
  expect(share(mixedSampler([2]), 0).buffer).toEqual([]);
  expect(() => mixedSampler([0, 0])).toThrow("a buffer with frames");
  expect(() => mixedSampler([1, 1], [0, 0])).toThrow("a buffer with frames");
  expect(() => mixedSampler([1], [1, 1])).toThrow("one part for each");
});
