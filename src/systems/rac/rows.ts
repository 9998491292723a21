import { z } from "zod";

/** Options of every operation that looks for where a recovery ends. */
export const SplitOptions = {
  neighbours: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("demonstrated states that a state is held against"),
  circular: z
    .array(z.int().nonnegative())
    .default([])
    .describe("columns of the observation that are angles in radians"),
  progressSlack: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe("how much further along than at the take-over still counts as having gone back"),
};
