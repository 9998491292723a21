import fc from "fast-check";
import { expect, test } from "vitest";
import { bradleyTerryLoss, bradleyTerrySlope, preferenceOf } from "./bradley-terry.ts";

test("by hand: even, one and three apart either way", () => {
  expect(bradleyTerryLoss(0)).toBeCloseTo(Math.LN2, 15);
  expect(bradleyTerryLoss(1)).toBeCloseTo(0.313261687518223, 14); // ln(1 + 1/e)
  expect(bradleyTerryLoss(-3)).toBeCloseTo(3.04858735157374, 13); // 3 + ln(1 + e^-3)
  expect(preferenceOf(Math.log(3))).toBeCloseTo(0.75, 15);
  expect(bradleyTerrySlope(Math.log(3))).toBeCloseTo(-0.25, 15);
});

test("neither end overflows", () => {
  expect(bradleyTerryLoss(1000)).toBe(0);
  expect(bradleyTerryLoss(-1000)).toBe(1000);
  expect(bradleyTerrySlope(-1000)).toBe(-1);
  expect(preferenceOf(-1000)).toBe(0);
});

test("the slope is the derivative of the loss, and the two outcomes share one", () => {
  fc.assert(
    fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (margin) => {
      const h = 1e-5;
      const numeric = (bradleyTerryLoss(margin + h) - bradleyTerryLoss(margin - h)) / (2 * h);
      expect(bradleyTerrySlope(margin)).toBeCloseTo(numeric, 7);
      expect(preferenceOf(margin) + preferenceOf(-margin)).toBeCloseTo(1, 14);
    }),
    { seed: 1 },
  );
});
