import type { ArmMetric } from "#core/study.ts";
import { meanOf } from "./bootstrap.ts";

/**
 * The mean of a study's per-item values, with its replicates on the resamples all arms share.
 * `values`: [items]; `resamples`: [replicates][items] as `resampleIndices` drew them.
 */
export function resampledMean(
  values: Float64Array,
  resamples: readonly Uint32Array[],
): ArmMetric & { readonly replicates: number[] } {
  const mean = meanOf(values);
  return {
    value: mean(Uint32Array.from(values.keys())),
    replicates: resamples.map((drawn) => mean(drawn)),
  };
}
