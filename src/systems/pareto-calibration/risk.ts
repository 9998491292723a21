import { applyIsotonic } from "#assess/calibration/isotonic.ts";
import type { Model } from "./fit.ts";

/** The risk as it is put out: within [0, 1], through the model's calibrator where it has one. */
export function calibrated({ calibrator }: Model, risk: number): number {
  const raw = calibrator === null ? risk : applyIsotonic(calibrator, risk);
  return Math.min(1, Math.max(0, raw));
}
