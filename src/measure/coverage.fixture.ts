import { binomialUpper } from "#num/special.ts";

/** Chance that a sound procedure fails a coverage test, small enough that a failure means a bug. */
const FALSE_ALARM = 1e-9;

/**
 * Most misses in `draws` that an interval missing with probability `rate` shows, but for a chance
 * of 1e-9.
 */
export function missesAllowed(draws: number, rate: number): number {
  let allowed = 0;
  while (binomialUpper(allowed + 1, draws, rate) >= FALSE_ALARM) allowed++;
  return allowed;
}
