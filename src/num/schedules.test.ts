import { expect, test } from "vitest";
import { constant, linear, stepwise, warmupCosine } from "./schedules.ts";

const path = (schedule: (step: number, steps: number) => number, steps: number) =>
  Array.from({ length: steps }, (_, step) => schedule(step, steps));

test("constant", () => {
  expect(path(constant, 3)).toEqual([1, 1, 1]);
});

test("linear goes from 1 to its end, and a single step is a whole one", () => {
  expect(path(linear(), 5)).toEqual([1, 0.75, 0.5, 0.25, 0]);
  expect(path(linear(0.5), 3)).toEqual([1, 0.75, 0.5]);
  expect(path(linear(), 1)).toEqual([1]);
});

test("stepwise multiplies at every so many steps", () => {
  expect(path(stepwise({ every: 2, factor: 0.1 }), 5)).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2]);
  expect(() => stepwise({ every: 0, factor: 0.1 })).toThrow(/positive/);
});

test("warm-up rises to 1, the cosine falls through its middle to its end", () => {
  const factors = path(warmupCosine({ warmup: 4, end: 0.2 }), 12);
  expect(factors.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
  expect(factors[8]).toBeCloseTo(0.6, 12); // half of the 8 falling steps are done
  expect(warmupCosine({ warmup: 4, end: 0.2 })(12, 12)).toBeCloseTo(0.2, 12);
});

test("a warm-up as long as the run does not divide by zero", () => {
  expect(path(warmupCosine({ warmup: 3 }), 3)).toEqual([1 / 3, 2 / 3, 1]);
  expect(warmupCosine({ warmup: 3 })(3, 3)).toBe(1);
});
