import { expect, test } from "vitest";
import { fisherScoring, type Scored } from "./fisher-scoring.ts";

const WIDE = { low: [-50, -50], high: [50, 50] };

/** Logistic regression of y on x with an intercept. */
const logistic =
  (x: readonly number[], y: readonly number[]) =>
  ([a = 0, b = 0]: Float64Array): Scored => {
    const gradient = new Float64Array(2);
    const information = new Float64Array(4);
    let logLikelihood = 0;
    x.forEach((value, i) => {
      const p = 1 / (1 + Math.exp(-(a + b * value)));
      logLikelihood += Math.log(y[i] === 1 ? p : 1 - p);
      const design = [1, value];
      for (let j = 0; j < 2; j++) {
        gradient[j] = (gradient[j] ?? 0) + ((y[i] ?? 0) - p) * (design[j] ?? 0);
        for (let k = 0; k < 2; k++)
          information[2 * j + k] =
            (information[2 * j + k] ?? 0) + p * (1 - p) * (design[j] ?? 0) * (design[k] ?? 0);
      }
    });
    return { logLikelihood, gradient, information };
  };

test("by hand: two groups of three, one of three and two of three positive", () => {
  // The saturated model: intercept logit(1/3), slope logit(2/3) - logit(1/3).
  const score = logistic([0, 0, 0, 1, 1, 1], [1, 0, 0, 1, 1, 0]);
  const { parameters, logLikelihood } = fisherScoring(score, [3, -4], { bounds: WIDE });
  expect(parameters[0]).toBeCloseTo(-Math.LN2, 4);
  expect(parameters[1]).toBeCloseTo(2 * Math.LN2, 4);
  expect(logLikelihood).toBeCloseTo(2 * Math.log(1 / 3) + 4 * Math.log(2 / 3), 8);
});

test("what is fixed stays, and the rest is highest given that", () => {
  const score = logistic([0, 0, 0, 1, 1, 1], [1, 0, 0, 1, 1, 0]);
  const { parameters } = fisherScoring(score, [1, 0], { bounds: WIDE, fixed: [1] });
  expect(parameters[1]).toBe(0);
  expect(parameters[0]).toBeCloseTo(0, 4); // half are positive
});

test("a top beyond the bounds is met at the bound", () => {
  const separated = logistic([-1, -1, 1, 1], [0, 0, 1, 1]);
  const bounds = { low: [-5, -5], high: [5, 5] };
  const { parameters } = fisherScoring(separated, [0, 0], { bounds });
  expect(parameters[1]).toBe(5);
  expect(parameters[0]).toBeCloseTo(0, 3);
});

test("a parameter that nothing depends on does not move", () => {
  const score = logistic([0, 0, 0], [1, 1, 0]);
  const { parameters } = fisherScoring(score, [0, 7], { bounds: WIDE });
  expect(parameters[1]).toBe(7);
  expect(parameters[0]).toBeCloseTo(Math.LN2, 4);
});
