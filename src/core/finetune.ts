/** What a model elsewhere is fine-tuned on: a conversation, what continues it, and what was said of that. */
import { z } from "zod";
import { Message } from "./comparison.ts";

/** Whose files are written. `openai` is a style of file that many hosts read. */
export const FINETUNE_TARGETS = ["trl", "axolotl", "openai", "llamafactory", "rlhflow"] as const;
export const FinetuneTarget = z.enum(FINETUNE_TARGETS);
export type FinetuneTarget = z.infer<typeof FinetuneTarget>;

/**
 * What is trained. `sft` imitates; `dpo` and its kin learn from pairs; `kto` from single verdicts; `rm` is a reward
 * model, `prm` one that judges step by step; `grpo` is online and needs prompts alone; `principle` answers whether a
 * reply keeps to a stated principle.
 */
export const FINETUNE_TASKS = ["sft", "dpo", "kto", "rm", "prm", "grpo", "principle"] as const;
export const FinetuneTask = z.enum(FINETUNE_TASKS);
export type FinetuneTask = z.infer<typeof FinetuneTask>;

const Id = z.string().min(1);

/** One step of a reasoned reply, and whether it is right. */
export const JudgedStep = z.strictObject({ text: z.string(), right: z.boolean() });
export type JudgedStep = z.infer<typeof JudgedStep>;

/** What continues a prompt. */
export const Completion = z.strictObject({
  id: Id,
  messages: z.array(Message).min(1),
  source: z.string().optional(),
  /** Log-probability under its source, nats. */
  logProb: z.number().optional(),
  /** A score on a scale where more is better. */
  reward: z.number().optional(),
  /** The reply cut into steps, each judged. */
  steps: z.array(JudgedStep).min(1).optional(),
});
export type Completion = z.infer<typeof Completion>;

/** A stretch of a reply that a judgement rests on: UTF-16 code units, `end` exclusive. */
export const Evidence = z.strictObject({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  annotator: z.string().optional(),
  score: z.number().optional(),
});
export type Evidence = z.infer<typeof Evidence>;

const said = {
  /** Who said it; null where a file does not say. */
  annotator: z.string().min(1).nullable(),
  /** Milliseconds since 1970; null where a file does not say. */
  atMs: z.number().nonnegative().nullable(),
  confidence: z.number().min(0).max(1).optional(),
};

/** What was said of completions, which are named by their ids. */
export const Judgement = z.discriminatedUnion("kind", [
  /** `chosen` is as it should be. */
  z.strictObject({ kind: z.literal("demo"), chosen: Id, ...said }),
  /** `rejected` was edited into `chosen`. */
  z.strictObject({ kind: z.literal("edit"), chosen: Id, rejected: Id, ...said }),
  z.strictObject({
    kind: z.literal("pair"),
    chosen: Id,
    rejected: Id,
    /** By how much, in the unit of whoever judged. */
    margin: z.number().nonnegative().optional(),
    ...said,
  }),
  /** Neither is better. `good`: whether both will do, null where that was not said. */
  z.strictObject({ kind: z.literal("tie"), good: z.boolean().nullable(), ...said }),
  /** Tiers from best to worst; those of one tier are as good as each other. */
  z.strictObject({ kind: z.literal("rank"), tiers: z.array(z.array(Id).min(1)).min(1), ...said }),
  z.strictObject({ kind: z.literal("binary"), completion: Id, label: z.boolean(), ...said }),
  /** Each completion that has a `reward` was rated with it. */
  z.strictObject({ kind: z.literal("rating"), ...said }),
  /** The steps of a completion were judged. */
  z.strictObject({ kind: z.literal("steps"), completion: Id, ...said }),
  /** How replies to the prompt can be checked, and how often that check is wrong. */
  z.strictObject({
    kind: z.literal("verifier"),
    verifier: z.string().min(1),
    groundTruth: z.string().nullable(),
    /** Right replies it turns down, and wrong ones it lets through, as shares. */
    fnRate: z.number().min(0).max(1).nullable(),
    fpRate: z.number().min(0).max(1).nullable(),
    ...said,
  }),
  z.strictObject({
    kind: z.literal("principle"),
    completion: Id,
    principle: z.string().min(1),
    fulfilled: z.boolean(),
    evidence: z.array(Evidence),
    ...said,
  }),
]);
export type Judgement = z.infer<typeof Judgement>;

/** The one record that is kept: every file for a trainer is a function of such records. */
export const FinetuneRecord = z.strictObject({
  id: Id,
  prompt: z.array(Message),
  /** JSON schemas of the functions the model may call. */
  tools: z.array(z.record(z.string(), z.unknown())).optional(),
  completions: z.array(Completion),
  /** Null: prompts, or replies that nobody has judged. */
  judgement: Judgement.nullable(),
  meta: z.strictObject({
    split: z.enum(["train", "valid", "test"]).nullable(),
    licence: z.string().nullable(),
    /** BCP 47 tag. */
    lang: z.string().nullable(),
    /** Hash of the prompt: records of one prompt are never parted by a split. */
    hash: z.string(),
  }),
});
export type FinetuneRecord = z.infer<typeof FinetuneRecord>;
