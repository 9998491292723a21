import { expect, test } from "vitest";
import type { Point } from "#core/views.ts";
import {
  calibrationError,
  errorCurveFinding,
  errorsRemoved,
  reliabilityFinding,
  riskCoverageFinding,
} from "./findings.ts";

const point = (
  x: number,
  y: number,
  half: number | null = null,
  n: number | null = null,
): Point => ({
  x,
  y,
  low: half === null ? null : y - half,
  high: half === null ? null : y + half,
  n,
});

test("what a review removes follows from the error among the kept", () => {
  // 10 % wrong in all; 2.5 % wrong among the safest 80 %: 0.8 x 2.5 = 2 of 10 errors are left.
  const curve = [point(0.5, 0), point(0.8, 0.025), point(1, 0.1)];
  expect(errorsRemoved(curve, 0.2)).toBeCloseTo(0.8, 12);
  expect(riskCoverageFinding(curve)).toBe("Reviewing the riskiest 20 % removes 8 of 10 errors");
  expect(riskCoverageFinding([point(0.8, 0), point(1, 0.1)])).toContain("nearly every error");
  expect(riskCoverageFinding([point(0.8, 0), point(1, 0)])).toBe(
    "No error was seen at any coverage",
  );
  expect(riskCoverageFinding([])).toContain("not measured");
});

test("the distance of risk and error is weighted by the bins' n", () => {
  const bins = [point(0.1, 0.2, null, 90), point(0.9, 0.5, null, 10)];
  expect(calibrationError(bins)).toBeCloseTo(0.9 * 0.1 + 0.1 * 0.4, 12);
  expect(reliabilityFinding(bins)).toBe("Stated risk is off by 13.0 points on average");
  expect(calibrationError([])).toBeNull();
});

test("a change is claimed only where the intervals do not touch", () => {
  expect(errorCurveFinding([point(0, 0.13, 0.01), point(80, 0.05, 0.01)])).toBe(
    "The error fell from 13.0 to 5.0 % over 80 corrections",
  );
  expect(errorCurveFinding([point(0, 0.06, 0.02), point(80, 0.05, 0.02)])).toContain("No clear");
  expect(errorCurveFinding([point(0, 0.01, 0.001), point(9, 0.05, 0.01)])).toContain("rose");
  expect(errorCurveFinding([point(0, 0.13, 0.01)])).toContain("stands at 13.0 %");
  expect(errorCurveFinding([])).toBe("The error is not measured yet");
});
