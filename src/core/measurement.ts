import { z } from "zod";
import { Effort } from "./correction.ts";

export const Interval = z.strictObject({
  low: z.number(),
  high: z.number(),
  /** Coverage the interval promises, e.g. 0.95. */
  level: z.number().gt(0).lt(1),
  /** How it was made: `wilson`, `clopper-pearson`, `bootstrap-paired`, … */
  method: z.string(),
});
export type Interval = z.infer<typeof Interval>;

/** A metric with its interval, its n and the effort it cost. No bare number leaves Emend. */
export const Measurement = z.strictObject({
  metric: z.string().min(1),
  value: z.number(),
  interval: Interval.nullable(),
  /** Units measured: items, pairs, episodes. */
  n: z.int().nonnegative(),
  seeds: z.int().positive().optional(),
  effort: Effort.optional(),
  /** Whatever must be said with the number: the positive class, the bins of an ECE. */
  note: z.string().optional(),
});
export type Measurement = z.infer<typeof Measurement>;

/** A proposal (or final answer) beside what is right, as a metric reads it. */
export interface Judged<O> {
  readonly itemId: string;
  /** What the system would put out; null is an abstention. */
  readonly output: O | null;
  readonly gold: O;
  /** Assessed probability that `output` is wrong. */
  readonly risk?: number | undefined;
  /** The unit that was sampled, when several items share one (a thread, a user). */
  readonly cluster?: string | undefined;
}
