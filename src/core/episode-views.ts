/** What the screens of a robot project read and send: the server builds them, the web app infers its types from them. */
import { z } from "zod";
import { Episode, EpisodeEnd, StepRow } from "./episode.ts";
import { EpisodeChange, EpisodeFacts } from "./episode-edits.ts";
import { ItemId, LessonId } from "./ids.ts";
import { LessonStatus } from "./lesson.ts";
import { Measurement } from "./measurement.ts";

export const EpisodeSummary = EpisodeFacts.extend({
  id: ItemId,
  /** Grows with every edit; one made against an older version is refused with 409. */
  version: z.int(),
  discarded: z.boolean(),
  /** Seconds of the episode, and of them under a person's hand. */
  seconds: z.number(),
  humanSeconds: z.number(),
  /** When it was recorded. */
  atMs: z.number(),
});
export type EpisodeSummary = z.infer<typeof EpisodeSummary>;

export const EpisodePage = z.strictObject({
  episodes: z.array(EpisodeSummary),
  /** Pass as `cursor` for those after these; null at the end. */
  next: z.string().nullable(),
  total: z.int(),
});
export type EpisodePage = z.infer<typeof EpisodePage>;

/** The episode as it stands, with all that was said of it since. */
export const EpisodeDetail = z.strictObject({ summary: EpisodeSummary, episode: Episode });
export type EpisodeDetail = z.infer<typeof EpisodeDetail>;

/** What was taken in of a list or a file of episodes. */
export const EpisodesReport = z.strictObject({
  accepted: z.int(),
  /** There already, under the same id: left as they are. */
  duplicates: z.int(),
  rejected: z.int(),
  /** The first few, each in a sentence: where, expected, got. */
  problems: z.array(z.string()),
  /** What the file holds that is not kept: videos, further observations. */
  notes: z.array(z.string()),
});
export type EpisodesReport = z.infer<typeof EpisodesReport>;

/** Rows of an episode that still runs: sent a second's worth at a time, durable once answered. */
export const RowsInput = z.strictObject({
  head: Episode.pick({ world: true, seed: true, round: true, policyId: true, controlHz: true }),
  /** `rows[0].t`: sent again, rows that are there already are left as they are. */
  rows: z.array(StepRow).min(1).max(5_000),
});
export type RowsInput = z.infer<typeof RowsInput>;

export const EndInput = z.strictObject({ end: EpisodeEnd });

export const ChangeInput = z.strictObject({ version: z.int(), change: EpisodeChange });
export type ChangeInput = z.infer<typeof ChangeInput>;

/** Share of each class of steps; empty classes are 0. */
export const ClassShares = z.strictObject({
  demo: z.number(),
  robot: z.number(),
  intervention: z.number(),
  "pre-intervention": z.number(),
});
export type ClassShares = z.infer<typeof ClassShares>;

export const RoundView = z.strictObject({
  round: z.int(),
  policyIds: z.array(z.string()),
  episodes: z.int(),
  discarded: z.int(),
  steps: z.int(),
  takeOvers: z.int(),
  /** Episodes that ended in success, whoever acted (Wilson). */
  success: Measurement,
  /** Of those, without any take-over. */
  autonomous: Measurement,
  /** Share of steps whose action a person chose, resampled by episode. */
  humanShare: Measurement,
  humanSeconds: z.number(),
});
export type RoundView = z.infer<typeof RoundView>;

/** Everything learned from so far, by class: as recorded, and as it counts in the loss of Sirius. */
export const RoundsView = z.strictObject({
  rounds: z.array(RoundView),
  shares: ClassShares,
  weighted: ClassShares,
  weights: ClassShares,
  /** The robot's share came out below zero and was set to 0; the rest was scaled to make up for it. */
  clipped: z.boolean(),
  /** Nothing to weight against: every weight is 1. */
  plain: z.boolean(),
});
export type RoundsView = z.infer<typeof RoundsView>;

export const EvictionStrategy = z.enum(["lfi", "mfi", "fifo", "filo", "uniform"]);
export type EvictionStrategy = z.infer<typeof EvictionStrategy>;

/** What each strategy would let go of, were memory cut to `capacity` episodes. */
export const MemoryView = z.strictObject({
  episodes: z.int(),
  capacity: z.int(),
  strategies: z.array(
    z.strictObject({
      strategy: EvictionStrategy,
      evicted: z.array(ItemId),
      /** Of what would be kept. */
      kept: z.strictObject({ steps: z.int(), humanShare: z.number() }),
    }),
  ),
});
export type MemoryView = z.infer<typeof MemoryView>;

export const PolicyMethod = z.enum(["bc", "human-only", "iwr", "sirius", "rac"]);
export type PolicyMethod = z.infer<typeof PolicyMethod>;

/** How a policy is to be learned from the project's episodes. */
export const FitInput = z.strictObject({
  method: PolicyMethod.default("sirius"),
  kind: z.enum(["mlp", "gmm", "flow"]).default("mlp"),
  hidden: z.array(z.int().min(1).max(512)).min(1).max(4).optional(),
  steps: z.int().min(1).max(20_000).default(2_000),
  batch: z.int().min(1).max(1_024).default(64),
  learningRate: z.number().positive().max(1).default(3e-3),
  /** Steps before a take-over held against the policy; the project's where absent. */
  preWindow: z.int().nonnegative().optional(),
  /** Share of the loss that pre-intervention steps keep (Sirius: 0 in the paper, 0.002 in its code). */
  preShare: z.number().min(0).max(0.1).default(0),
  memory: z
    .strictObject({ capacity: z.int().positive(), strategy: EvictionStrategy })
    .nullable()
    .default(null),
  /** Paired episodes of the world that it is measured on against the policy in force. */
  evaluations: z.int().min(0).max(1_000).default(200),
  seed: z.string().default("0"),
});
export type FitInput = z.infer<typeof FitInput>;

export const PolicyView = z.strictObject({
  lessonId: LessonId,
  version: z.int(),
  status: LessonStatus,
  method: PolicyMethod,
  kind: z.string(),
  parent: LessonId.nullable(),
  summary: z.string(),
  episodes: z.int(),
  /** Take-overs it was learned from. */
  corrections: z.int(),
  /** Alone in the project's world; null where there is none to measure in. */
  success: Measurement.nullable(),
  /** Against the policy that was in force, on the same seeds. */
  change: Measurement.nullable(),
  gate: z.string().nullable(),
  atMs: z.number(),
});
export type PolicyView = z.infer<typeof PolicyView>;

export const CompareInput = z.strictObject({
  a: LessonId,
  b: LessonId,
  /** Episodes of each, on the same seeds. */
  episodes: z.int().min(2).max(1_000).default(100),
  seed: z.string().default("0"),
});
export type CompareInput = z.infer<typeof CompareInput>;

/** `result` of a finished `compare-policies` job. */
export const CompareResult = z.strictObject({
  a: Measurement,
  b: Measurement,
  /** b minus a, on the same seeds. */
  difference: Measurement,
  /** Seeds only one of the two solved. */
  onlyA: z.int(),
  onlyB: z.int(),
});
export type CompareResult = z.infer<typeof CompareResult>;

/** `result` of a finished `fit-policy` job. */
export const FitResult = z.strictObject({
  lessonId: LessonId,
  promoted: z.boolean(),
  gate: z.string(),
});
export type FitResult = z.infer<typeof FitResult>;

/** A robot that acts by a policy of the project, and who drives it. */
export const RobotSessionView = z.strictObject({
  sessionId: z.string(),
  episodeId: z.string(),
  policyId: LessonId,
  robot: z.string(),
  controlHz: z.number(),
  rows: z.int(),
  heldBy: z.string().nullable(),
  sinceMs: z.number(),
});
export type RobotSessionView = z.infer<typeof RobotSessionView>;
