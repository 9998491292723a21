import { assert } from "#core/assert.ts";

/** Factor of the learning rate at `step` (from 0) of `steps` in all. */
export type Schedule = (step: number, steps: number) => number;

export const constant: Schedule = () => 1;

/** Straight line from 1 at the first step to `end` at the last. */
export const linear =
  (end = 0): Schedule =>
  (step, steps) =>
    steps <= 1 ? 1 : 1 + (end - 1) * (step / (steps - 1));

/** `factor` to the power of how many times `every` steps have gone by. */
export function stepwise({ every, factor }: { every: number; factor: number }): Schedule {
  assert(every > 0, "a stepwise schedule moves after a positive number of steps");
  return (step) => factor ** Math.floor(step / every);
}

/**
 * Rises in a straight line over `warmup` steps, then falls to `end` along half a cosine
 * (Loshchilov and Hutter 2017, eq. 5, without restarts).
 */
export const warmupCosine =
  ({ warmup, end = 0 }: { warmup: number; end?: number }): Schedule =>
  (step, steps) => {
    if (step < warmup) return (step + 1) / warmup;
    const span = Math.max(1, steps - warmup);
    const progress = Math.min(1, (step - warmup) / span);
    return end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
