import { z } from "zod";
import { assert } from "#core/assert.ts";
import { softmaxInPlace } from "#num/softmax.ts";

/**
 * Temperature scaling (Guo et al. 2017): softmax(logits / T), T > 0 by maximum likelihood on gold.
 */
export const Temperature = z.strictObject({
  kind: z.literal("temperature"),
  temperature: z.number().positive(),
});
export type Temperature = z.infer<typeof Temperature>;

/** T stays inside: on separable data the likelihood has no maximum. */
const TEMPERATURE_MIN = 1e-2;
const TEMPERATURE_MAX = 1e2;
const BISECTIONS = 60;

/** `logits`: [n * classes]; `gold`: [n] class indices. */
export function fitTemperature(
  logits: ArrayLike<number>,
  classes: number,
  gold: ArrayLike<number>,
): Temperature {
  assert(gold.length > 0 && logits.length === gold.length * classes, "logits for every gold label");
  // The likelihood is convex in b = 1/T; its slope there is the sum of E[z] - z_gold, which rises
  // with b.
  let low = Math.log(1 / TEMPERATURE_MAX);
  let high = Math.log(1 / TEMPERATURE_MIN);
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (slope(logits, classes, gold, Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return { kind: "temperature", temperature: Math.exp(-(low + high) / 2) };
}

function slope(
  logits: ArrayLike<number>,
  classes: number,
  gold: ArrayLike<number>,
  inverse: number,
): number {
  const p = new Float64Array(classes);
  let sum = 0;
  for (let i = 0; i < gold.length; i++) {
    for (let c = 0; c < classes; c++) p[c] = inverse * (logits[i * classes + c] as number);
    softmaxInPlace(p, classes);
    for (let c = 0; c < classes; c++) sum += (p[c] as number) * (logits[i * classes + c] as number);
    sum -= logits[i * classes + (gold[i] as number)] as number;
  }
  return sum;
}

/** Calibrated probabilities [n * classes]. */
export function applyTemperature(
  { temperature }: Temperature,
  logits: ArrayLike<number>,
  classes: number,
): Float64Array {
  const scaled = Float64Array.from(logits, (z) => z / temperature);
  softmaxInPlace(scaled, classes);
  return scaled;
}
