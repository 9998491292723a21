/** Replies to one prompt and what a person says of them: which is better, by how much order, and why. */
import { z } from "zod";

export const MESSAGE_ROLES = ["system", "developer", "user", "assistant", "tool"] as const;

/** One message of a conversation, in the shape that chat models are asked and fine-tuned in. */
export const Message = z.strictObject({
  role: z.enum(MESSAGE_ROLES),
  content: z.string(),
  name: z.string().optional(),
  tool_calls: z.array(z.record(z.string(), z.unknown())).optional(),
  tool_call_id: z.string().optional(),
});
export type Message = z.infer<typeof Message>;

/** A candidate reply. Its source is kept from the person who compares. */
export const Reply = z.strictObject({
  id: z.string().min(1),
  text: z.string(),
  source: z.string().optional(),
  /** Log-probability under its source, nats. */
  logProb: z.number().optional(),
  /** A column of the user's own reward model each, by its name. */
  rewards: z.record(z.string(), z.number()).optional(),
});
export type Reply = z.infer<typeof Reply>;

/** What a comparison is about: a conversation so far, and replies that continue it. */
export const ComparisonInput = z.strictObject({
  prompt: z.array(Message).min(1),
  replies: z.array(Reply).min(2),
});
export type ComparisonInput = z.infer<typeof ComparisonInput>;

export const Verdict = z.enum(["first", "second", "tie", "both-bad"]);
export type Verdict = z.infer<typeof Verdict>;

/**
 * What was said of replies. `pair`: of two of them, as they are named, whatever side they were shown
 * on. `ranking`: tiers of reply ids from best to worst; those of one tier are as good as each other.
 */
export const ComparisonOutput = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("pair"),
    first: z.string().min(1),
    second: z.string().min(1),
    verdict: Verdict,
    reasons: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal("ranking"),
    tiers: z.array(z.array(z.string().min(1)).min(1)).min(1),
    reasons: z.array(z.string()),
  }),
]);
export type ComparisonOutput = z.infer<typeof ComparisonOutput>;

/** The replies an output names. */
export const repliesNamed = (output: ComparisonOutput): string[] =>
  output.kind === "pair" ? [output.first, output.second] : output.tiers.flat();

/** Worlds whose tiny policies read and write a project's texts, and are trained on what was learned. */
export const LANGUAGE_WORLDS = ["brief"] as const;

/** What a project states about its comparisons. */
export const ComparisonSchema = z.strictObject({
  /** What is compared at a time: two replies, or all of a prompt at once. */
  form: z.enum(["pair", "ranking"]).default("pair"),
  /** What one click can give as the reason. */
  reasons: z
    .array(z.string().min(1))
    .default(["right", "complete", "clear", "concise", "polite", "safe"]),
  tieAllowed: z.boolean().default(true),
  /** Reward models fitted side by side: what they disagree on is asked first. */
  members: z.int().min(1).max(20).default(5),
  /**
   * What a reward model reads of a reply: its words, columns of numbers it came with, or what the
   * tiny policy of the project's world makes of it.
   */
  read: z.enum(["text", "rewards", "trunk"]).default("text"),
  /** The language of prompts and replies where it is that of a world; null for any text. */
  world: z.enum(LANGUAGE_WORLDS).nullable().default(null),
  /**
   * Share of prompts that are only ever measured on, and share of questions drawn from them at
   * random.
   */
  heldOutShare: z.number().min(0).max(0.5).default(0.2),
  /** Share of the other questions drawn at random, so that what is learned is not only about doubts. */
  exploreShare: z.number().min(0).max(1).default(0.1),
  /** Share of questions put to a second person, so that agreement is known. */
  againShare: z.number().min(0).max(1).default(0.1),
});
export type ComparisonSchema = z.infer<typeof ComparisonSchema>;
