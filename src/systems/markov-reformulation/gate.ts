/** Which candidates become rewrites: the gate in front of the table. */
import type { SuccessRate } from "#core/rewrite.ts";
import { wilsonBounds } from "#measure/proportion.ts";
import { normalCdf } from "#num/special.ts";
import type { Candidate } from "./candidates.ts";

/** Successes of a state out of its visits, with Wilson's bounds `z` standard deviations wide. */
export function successRate(successes: number, visits: number, z: number): SuccessRate {
  return {
    successes,
    visits,
    value: visits === 0 ? 0 : successes / visits,
    interval: {
      ...wilsonBounds(successes, visits, z),
      level: Math.min(0.9999, Math.max(1e-4, 2 * normalCdf(z) - 1)),
      method: "wilson",
    },
  };
}

/**
 * The gate of the method: the target's success is above the request's own, by bounds that lie apart. Lower bounds then
 * grow along any chain of rewrites, so none comes round to where it began.
 */
export const boundsApart = (from: SuccessRate, to: SuccessRate): boolean =>
  to.interval.low > from.interval.high;

/** The textbook rule: of all states, the request itself among them, the target is where success most often ends. */
export const beatsStaying = ({ score, own }: Candidate): boolean => score > own;
