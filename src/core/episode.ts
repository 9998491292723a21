/** Episodes of a policy that a person watches, takes over from and corrects, step by step. */
import { z } from "zod";

/** Who chose the action of a step. */
export const StepSource = z.enum(["demo", "policy", "human"]);
export type StepSource = z.infer<typeof StepSource>;

/** Of a person's steps: getting back to where the task is familiar, or getting on with it (RaC). */
export const StepSegment = z.enum(["recovery", "correction"]);
export type StepSegment = z.infer<typeof StepSegment>;

/** `residual`: the person's motion is added to the policy's action rather than put in its place. */
export const StepMode = z.enum(["teleop", "residual"]);
export type StepMode = z.infer<typeof StepMode>;

/**
 * One control step, as recorded. Classes that learning weights by are derived from rows, never stored
 * as the truth, so that the rule for them can change later.
 */
export const StepRow = z.strictObject({
  t: z.int().nonnegative(),
  /** [observation size] before the action, units as the world states. */
  obs: z.array(z.number()),
  /** [action size] as executed, each in [-1, 1] unless the world says otherwise. */
  action: z.array(z.number()),
  source: StepSource,
  segment: StepSegment.optional(),
  mode: StepMode.optional(),
  /** Take-overs of an episode are counted from 0; absent on steps nobody took over. */
  interventionId: z.int().nonnegative().optional(),
  /** Sub-tasks finished before this step. */
  subtask: z.int().nonnegative().optional(),
  reward: z.number().optional(),
});
export type StepRow = z.infer<typeof StepRow>;

export const EpisodeEnd = z.enum([
  "success",
  "failure",
  "time-out",
  /** Ended by the person once the correction was made (RaC, rule 2). */
  "terminated-after-intervention",
  /** The person threw it away; kept, never learned from unless asked for. */
  "discarded",
  /** The connection was lost or the robot stopped. */
  "stopped",
]);
export type EpisodeEnd = z.infer<typeof EpisodeEnd>;

/** An episode with its rows in order; `rows[i].t` is i. */
export const Episode = z.strictObject({
  id: z.string().min(1),
  /** The world or robot it was recorded in: `tabletop`, `mujoco-insert`, `external:…`. */
  world: z.string().min(1),
  /** What the world was reset with; null where a robot cannot be reset to it. */
  seed: z.string().nullable(),
  /** 0 for demonstrations before any policy, then the deployment rounds. */
  round: z.int().nonnegative(),
  /** The lesson whose policy acted; null where only a person did. */
  policyId: z.string().nullable(),
  controlHz: z.number().positive(),
  end: EpisodeEnd,
  rows: z.array(StepRow).min(1),
  /** Take-overs a person marked as not real: their steps count as the policy's own. */
  notReal: z.array(z.int().nonnegative()).default([]),
  /** Pre-intervention windows a person moved: take-over → steps before it; the project's where absent. */
  preWindows: z.record(z.string(), z.int().nonnegative()).default({}),
  /** Parts that an observation was put together from, in order, where a data set names them. */
  observed: z
    .array(z.strictObject({ name: z.string().min(1), size: z.int().positive() }))
    .optional(),
  /** [action size] */
  actionNames: z.array(z.string()).optional(),
  /** What was to be done, in words, where a data set says so. */
  task: z.string().optional(),
  /** Videos of it by camera: paths as the data set has them, and the seconds it begins and ends at. */
  videos: z
    .record(
      z.string(),
      z.strictObject({
        path: z.string(),
        fromS: z.number().nonnegative().default(0),
        toS: z.number().nonnegative().optional(),
        /** Size, codec and the like, as the data set describes them. */
        feature: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .optional(),
});
export type Episode = z.infer<typeof Episode>;

/** What a project states about its episodes. */
export const EpisodeSchema = z.strictObject({
  world: z.string().min(1),
  /** Steps before a take-over that are held against the policy (Sirius: 15). */
  preWindow: z.int().nonnegative().default(15),
  /** `sirius`: hand back and go on. `rac`: recover, correct, end the episode. */
  protocol: z.enum(["sirius", "rac"]).default("sirius"),
});
export type EpisodeSchema = z.infer<typeof EpisodeSchema>;
