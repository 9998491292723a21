import { expect, test } from "vitest";
import { resampledMean } from "./resampled-mean.ts";

test("the mean, and the mean of what each resample drew", () => {
  const values = Float64Array.of(0, 1, 1, 0);
  const resamples = [Uint32Array.of(1, 1, 2, 2), Uint32Array.of(0, 1, 0, 3)];
  expect(resampledMean(values, resamples)).toEqual({ value: 0.5, replicates: [1, 0.25] });
  expect(resampledMean(values, [])).toEqual({ value: 0.5, replicates: [] });
});
