import { z } from "zod";

/** What can be chosen when rewrites are mined. */
export const MineOptions = z.strictObject({
  gapMs: z
    .number()
    .positive()
    .default(45_000)
    .describe("silence after which what comes is another session, milliseconds"),
  state: z
    .enum(["text", "interpretation"])
    .default("text")
    .describe("what a state of the chain is: the normalised text, or what was understood of it"),
  minSupport: z
    .number()
    .min(1)
    .default(10)
    .describe("visits (after decay) of both sides of a rewrite; 5 for small logs"),
  gate: z
    .enum(["wilson", "including-i", "none"])
    .default("wilson")
    .describe(
      "what a rewrite must show: bounds of success apart, the textbook rule, or nothing (for comparison only)",
    ),
  z: z.number().min(0).default(1.28).describe("width of the gate's bounds in standard deviations"),
  shareMin: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of all success after a request that the target must have; 0.2 is strict"),
  decay: z
    .number()
    .gt(0)
    .max(1)
    .default(0.97)
    .describe("what a day leaves of the weight of what was seen"),
  usersMin: z
    .int()
    .min(1)
    .default(5)
    .describe("users who said it, for a text to be shown or rewritten to"),
  edgeUsersMin: z
    .int()
    .min(1)
    .default(2)
    .describe("users who went from one request to another, for the way to count"),
  perUserMax: z
    .int()
    .min(1)
    .max(255)
    .default(3)
    .describe("times one user is counted on one way, the latest ones"),
  turnsPerUserMax: z.int().min(2).default(5_000).describe("turns that are read of one user"),
  edgeFilter: z
    .boolean()
    .default(true)
    .describe("leave out steps to another topic (off for comparison only)"),
  contamination: z
    .enum(["aware", "naive"])
    .default("aware")
    .describe(
      "how a rewritten turn ended is told of the rewrite, or (for comparison only) of the request",
    ),
  cannotLink: z
    .array(
      z.strictObject({ locale: z.string().optional(), fromKey: z.string(), toKey: z.string() }),
    )
    .max(100_000)
    .default([])
    .describe("pairs somebody said do not mean the same"),
});
export type MineOptions = z.infer<typeof MineOptions>;
