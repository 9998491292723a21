/**
 * What the routes of comparisons and training runs answer, read by the server that makes it and the
 * screen that shows it. A source is never in a question: who compares must not know it.
 */
import { z } from "zod";
import { ComparisonOutput, Message, Reply } from "./comparison.ts";
import { Effort } from "./correction.ts";
import { CorrectionId, ItemId, LessonId } from "./ids.ts";
import { Measurement } from "./measurement.ts";

/** A reply as the one who compares sees it. */
export const BlindReply = Reply.pick({ id: true, text: true });
export type BlindReply = z.infer<typeof BlindReply>;

/** Why a question was asked: members disagree; drawn at random; drawn at random to measure on. */
export const QuestionReason = z.enum(["disagreement", "explore", "measure"]);
export type QuestionReason = z.infer<typeof QuestionReason>;

export const QuestionView = z.strictObject({
  /** Goes back with the answer. */
  id: z.string().min(1).max(500),
  itemId: ItemId,
  prompt: z.array(Message),
  /** In the order to show them, left to right. */
  replies: z.array(BlindReply).min(2),
  form: z.enum(["pair", "ranking"]),
  why: QuestionReason,
  /** Share of the members that would turn the mean's choice around, in [0, 0.5]; null before a fit. */
  dissent: z.number().nullable(),
});
export type QuestionView = z.infer<typeof QuestionView>;

/** Where a person's queue and the learning stand. */
export const ComparisonProgress = z.strictObject({
  /** Questions that can still be put to this person. */
  left: z.int(),
  compared: z.int(),
  /** Comparisons until the next refit. */
  untilRefit: z.int(),
});
export type ComparisonProgress = z.infer<typeof ComparisonProgress>;

export const NextQuestions = ComparisonProgress.extend({ questions: z.array(QuestionView) });
export type NextQuestions = z.infer<typeof NextQuestions>;

/** What a person sends. The server adds who, when, order shown, propensity and lesson. */
export const ComparisonAnswerInput = z.strictObject({
  /** Made by the client, so that a repeated request is the same correction. */
  id: CorrectionId,
  questionId: QuestionView.shape.id,
  output: ComparisonOutput,
  reason: z.string().max(2_000).optional(),
  effort: Effort,
});
export type ComparisonAnswerInput = z.infer<typeof ComparisonAnswerInput>;

/** One comparison as it was made. */
export const ComparisonView = z.strictObject({
  id: CorrectionId,
  itemId: ItemId,
  by: z.string(),
  /** Whether a program answered in a person's place. */
  simulated: z.boolean(),
  output: ComparisonOutput,
  /** Ids in the order they were shown; null where that is not known. */
  shown: z.array(z.string()).nullable(),
  reason: z.string().nullable(),
  ms: z.number(),
  heldOut: z.boolean(),
  propensity: z.number(),
  /** Taken back since. */
  undone: z.boolean(),
  atMs: z.number(),
});
export type ComparisonView = z.infer<typeof ComparisonView>;

export const ComparisonAnswer = ComparisonProgress.extend({ comparison: ComparisonView });
export type ComparisonAnswer = z.infer<typeof ComparisonAnswer>;

export const ComparisonPage = z.strictObject({
  comparisons: z.array(
    ComparisonView.extend({ prompt: z.array(Message), replies: z.array(BlindReply) }),
  ),
  total: z.int(),
  next: z.string().nullable(),
});
export type ComparisonPage = z.infer<typeof ComparisonPage>;

/** A person beside the others, and what seems to sway them apart from the replies' worth. */
export const AnnotatorView = z.strictObject({
  id: z.string(),
  simulated: z.boolean(),
  compared: z.int(),
  ties: z.int(),
  /** Median milliseconds of attention a comparison. */
  msMedian: z.number().nullable(),
  /** Share of decided pairs where the left one won: 0.5 without bias, since sides are drawn. */
  leftWins: Measurement.nullable(),
  /** Share of decided pairs where the longer one won. */
  longerWins: Measurement.nullable(),
  /** Share of what they share with at least one other on which they say what most others say. */
  withMajority: Measurement.nullable(),
});
export type AnnotatorView = z.infer<typeof AnnotatorView>;

export const AgreementView = z.strictObject({
  /** Two persons on the pairs both judged. */
  pairs: z.array(
    z.strictObject({
      a: z.string(),
      b: z.string(),
      same: Measurement,
      /** Agreement beyond chance; null where it is undefined. */
      kappa: z.number().nullable(),
    }),
  ),
  /** Krippendorff's alpha over all; null with too little overlap. */
  alpha: Measurement.nullable(),
});
export type AgreementView = z.infer<typeof AgreementView>;

export const RewardModelView = z.strictObject({
  lessonId: LessonId,
  members: z.int(),
  read: z.enum(["text", "rewards", "trunk"]),
  /** Pairs it was fitted on. */
  pairs: z.int(),
  /** Held-out pairs it orders as people did. */
  accuracy: Measurement.nullable(),
  /** Mean correlation of two members over all replies. */
  correlation: z.number().nullable(),
  warnings: z.array(z.string()),
  atMs: z.number(),
});
export type RewardModelView = z.infer<typeof RewardModelView>;

/** The first page of the language lab. */
export const ComparisonOverview = z.strictObject({
  prompts: z.int(),
  heldOutPrompts: z.int(),
  replies: z.int(),
  compared: z.int(),
  heldOutCompared: z.int(),
  ties: z.int(),
  bothBad: z.int(),
  skipped: z.int(),
  minutes: z.number(),
  untilRefit: z.int(),
  rewardModel: RewardModelView.nullable(),
  /** Held-out accuracy against comparisons learned from, one point a lesson. */
  accuracyCurve: z.array(
    z.strictObject({
      comparisons: z.int(),
      accuracy: Measurement,
      lessonId: LessonId,
      promoted: z.boolean(),
    }),
  ),
  annotators: z.array(AnnotatorView),
  agreement: AgreementView,
  /** How often replies of a source are preferred; by source, not by reply. */
  sources: z.array(z.strictObject({ source: z.string(), wins: Measurement })),
});
export type ComparisonOverview = z.infer<typeof ComparisonOverview>;

export const ScoredReply = BlindReply.extend({
  source: z.string().nullable(),
  /** Combined as asked; null before there is a reward model. */
  score: z.number().nullable(),
  /** Population s.d. of the members. */
  spread: z.number().nullable(),
  /** [members] standardised, so that a screen can combine anew without asking. */
  members: z.array(z.number()),
  /** The world's own reward, to look at only: nothing learns from it. */
  gold: z.number().nullable(),
});
export type ScoredReply = z.infer<typeof ScoredReply>;

export const CandidatePage = z.strictObject({
  prompts: z.array(
    z.strictObject({
      itemId: ItemId,
      prompt: z.array(Message),
      heldOut: z.boolean(),
      compared: z.int(),
      /** Best first. */
      replies: z.array(ScoredReply),
    }),
  ),
  total: z.int(),
  next: z.string().nullable(),
});
export type CandidatePage = z.infer<typeof CandidatePage>;

/** How members become one score. */
export const AggregateQuery = z.object({
  aggregate: z.enum(["mean", "wco", "uwo"]).default("wco"),
  lambda: z.coerce.number().min(0).default(0.5),
});
export type AggregateQuery = z.infer<typeof AggregateQuery>;

export const BestOfCurve = z.strictObject({
  curve: z.array(
    z.strictObject({
      n: z.int(),
      /** From the policy sampled, nats. */
      kl: z.number(),
      proxy: Measurement,
      /** What a member without a say in the choice gives the chosen; null with one member. */
      unseen: Measurement.nullable(),
      /** The world's own reward on held-out prompts; null where there is no world. */
      gold: Measurement.nullable(),
    }),
  ),
  /** The largest n that is safe as far as can be told without gold. */
  recommended: z.strictObject({
    n: z.int().nullable(),
    by: z.enum(["gold", "members", "none"]),
    reason: z.string(),
  }),
  prompts: z.int(),
  warnings: z.array(z.string()),
});
export type BestOfCurve = z.infer<typeof BestOfCurve>;

// Training runs

export const TRAINING_METHODS = [
  "sft",
  "dpo",
  "policy-gradient",
  "ppo",
  "expert-iteration",
] as const;
export const TrainingMethod = z.enum(TRAINING_METHODS);
export type TrainingMethod = z.infer<typeof TrainingMethod>;

/** Of a policy: `base`, the id of a lesson, or `<run id>@<step>` of a run's checkpoint. */
export const CheckpointId = z.string().min(1).max(300);

export const TrainingOptions = z.strictObject({
  steps: z.int().min(1).max(5_000).default(120),
  learningRate: z.number().positive().max(0.1).default(2e-3),
  /** Replies a step, or examples of a batch. */
  batch: z.int().min(4).max(256).default(64),
  /** Replies to one prompt that are compared with one another. */
  groupSize: z.int().min(2).max(64).default(4),
  /** β: what a nat away from the start costs. */
  klWeight: z.number().min(0).max(10).default(0),
  /** Of DPO. */
  beta: z.number().positive().max(10).default(0.1),
  /** Of expert iteration: replies sampled for each that is kept. */
  bestOf: z.int().min(2).max(64).default(16),
  ...AggregateQuery.shape,
  seed: z.int().nonnegative().default(1),
  /** Steps between two looks at held-out prompts; each leaves a checkpoint. */
  lookEvery: z.int().min(1).default(10),
});
export type TrainingOptions = z.infer<typeof TrainingOptions>;

export const TrainingInput = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  method: TrainingMethod,
  start: CheckpointId.default("base"),
  options: TrainingOptions.prefault({}),
});
export type TrainingInput = z.infer<typeof TrainingInput>;

/** One look at a policy on held-out prompts. */
export const TrainingPoint = z.strictObject({
  step: z.int(),
  /** Mean loss since the last look; null before the first step and for methods without one. */
  loss: z.number().nullable(),
  /** Learned reward, in s.d. of the replies it was fitted on. */
  reward: z.number().nullable(),
  /** KL(π‖start), nats a reply, estimated on the replies sampled. */
  kl: z.number(),
  /** The world's own reward with its 95 % half-width: shown, never used. */
  gold: z.number().nullable(),
  goldError: z.number().nullable(),
  /** Tokens a reply. */
  length: z.number(),
  /** A reply to the first prompt, to read. */
  sample: z.string(),
});
export type TrainingPoint = z.infer<typeof TrainingPoint>;

export const TrainingState = z.enum(["queued", "running", "paused", "done", "failed", "cancelled"]);
export type TrainingState = z.infer<typeof TrainingState>;

export const TrainingRun = z.strictObject({
  id: z.string().min(1).max(200),
  name: z.string(),
  method: TrainingMethod,
  start: CheckpointId,
  options: TrainingOptions,
  /** The reward model that is climbed, and was standing when the run began. */
  rewardLessonId: LessonId.nullable(),
  state: TrainingState,
  /** Steps done, of `options.steps`. */
  step: z.int(),
  points: z.array(TrainingPoint),
  checkpoints: z.array(
    z.strictObject({
      id: CheckpointId,
      step: z.int(),
      /** Hash of its weights. */
      blob: z.string(),
    }),
  ),
  /** The policy it ended in. */
  lessonId: LessonId.nullable(),
  /** Why it failed, or what to know about it. */
  note: z.string().nullable(),
  jobId: z.string().nullable(),
  createdAtMs: z.number(),
});
export type TrainingRun = z.infer<typeof TrainingRun>;

export const CheckpointView = z.strictObject({
  id: CheckpointId,
  name: z.string(),
  /** Lesson it is, where it is one. */
  lessonId: LessonId.nullable(),
  /** Whether replies can be sampled from it here. */
  samples: z.boolean(),
});
export type CheckpointView = z.infer<typeof CheckpointView>;

export const TrainingList = z.strictObject({
  runs: z.array(TrainingRun),
  checkpoints: z.array(CheckpointView),
  /** Name of the model behind the server's OpenAI-compatible endpoint; null without one. */
  endpoint: z.string().nullable(),
});
export type TrainingList = z.infer<typeof TrainingList>;

/** Where replies come from: a checkpoint, or the endpoint the server was given. */
export const PolicyRef = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("checkpoint"), id: CheckpointId }),
  z.strictObject({ kind: z.literal("endpoint") }),
]);
export type PolicyRef = z.infer<typeof PolicyRef>;

const PROMPT_CHARS_MAX = 100_000;

export const SampleInput = z.strictObject({
  from: PolicyRef,
  prompt: z.string().min(1).max(PROMPT_CHARS_MAX),
  n: z.int().min(1).max(64).default(4),
  temperature: z.number().min(0).max(5).default(1),
});
export type SampleInput = z.infer<typeof SampleInput>;

export const SampledReply = ScoredReply.omit({ id: true, source: true }).extend({
  /** Under what it was sampled from, nats; null from an endpoint. */
  logProb: z.number().nullable(),
});
export type SampledReply = z.infer<typeof SampledReply>;

export const CandidateSampling = z.strictObject({
  from: PolicyRef,
  /** Prompts taken: those of the project with the fewest candidates first; with a world, new ones. */
  prompts: z.int().min(1).max(1_000),
  replies: z.int().min(1).max(64).default(4),
  temperature: z.number().min(0).max(5).default(1),
  /** Whether to draw new prompts of the world in place of those there are. */
  fresh: z.boolean().default(false),
});
export type CandidateSampling = z.infer<typeof CandidateSampling>;

export const SideBySide = z.strictObject({
  a: CheckpointId,
  b: CheckpointId,
  rows: z.array(z.strictObject({ prompt: z.string(), a: SampledReply, b: SampledReply })),
  /** Share of prompts on which b's reply has the higher learned reward; ties count half. */
  bWins: Measurement.nullable(),
  /** The same by the world's own reward. */
  bWinsGold: Measurement.nullable(),
  /** Mean tokens of a reply. */
  length: z.strictObject({ a: z.number(), b: z.number() }),
});
export type SideBySide = z.infer<typeof SideBySide>;

/** A model trained elsewhere from an export of the project. */
export const OutsideRun = z.strictObject({
  name: z.string().min(1).max(200),
  /** SHA-256 of the export's manifest, hexadecimal. */
  manifestHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Name of the model at an endpoint, where it is served. */
  model: z.string().min(1).max(200).optional(),
  winRate: z
    .strictObject({ wins: z.int().nonnegative(), n: z.int().positive(), against: z.string() })
    .refine(({ wins, n }) => wins <= n, { path: ["wins"], message: "no more wins than n" })
    .optional(),
  note: z.string().max(2_000).default(""),
});
export type OutsideRun = z.infer<typeof OutsideRun>;
