import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import type { FrameClass } from "./frame-classes.ts";

/**
 * Sampling weights of intervention-weighted regression (Mandlekar et al. 2020): each of a person's
 * steps (N − n)/n, every other 1, so that half of what is drawn is a person's. All 1 where nobody or
 * nobody else acted.
 *
 * @returns [frames] weights to draw by, not to multiply the loss with.
 */
export function iwrWeights(classes: readonly FrameClass[]): Float32Array {
  const human = classes.reduce((sum, one) => sum + (one === "intervention" ? 1 : 0), 0);
  const each = human === 0 || human === classes.length ? 1 : (classes.length - human) / human;
  return Float32Array.from(classes, (one) => (one === "intervention" ? each : 1));
}

/**
 * Draws batches from several buffers in fixed parts, with replacement: half demonstrations and half
 * the robot's own experience, or one part for each of many operators. What an empty buffer would
 * have given comes from the others.
 */
export interface MixedSampler {
  /** [size] the buffer and the index within it of each draw. */
  draw(size: number, rng: Rng): { readonly buffer: Uint32Array; readonly index: Uint32Array };
}

/** `lengths`: frames of each buffer. `parts`: share of a batch from each; even where absent. */
export function mixedSampler(lengths: readonly number[], parts?: readonly number[]): MixedSampler {
  const given = parts ?? lengths.map(() => 1);
  assert(given.length === lengths.length, "one part for each buffer");
  assert(
    given.every((part) => part >= 0 && Number.isFinite(part)),
    "parts of 0 or more",
  );
  const live = lengths.map((length, b) => (length > 0 ? (given[b] as number) : 0));
  const total = live.reduce((sum, part) => sum + part, 0);
  assert(total > 0, "a buffer with frames and a part in the batch");
  return {
    draw(size, rng) {
      const buffer = new Uint32Array(size);
      const index = new Uint32Array(size);
      let [at, upTo] = [0, 0];
      live.forEach((part, b) => {
        upTo += part;
        // Cumulative rounding: parts are exact to a frame, and the batch is always full.
        const end = Math.round((upTo / total) * size);
        for (; at < end; at++) {
          buffer[at] = b;
          index[at] = rng.int(lengths[b] as number);
        }
      });
      return { buffer, index };
    },
  };
}
