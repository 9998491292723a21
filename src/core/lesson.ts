import { z } from "zod";
import { CorrectionId, LessonId } from "./ids.ts";

/**
 * Whatever was learned, immutable, with its lineage: which corrections, which code, which options, which seed.
 * `body` is what the learner needs to act again (weights, thresholds, examples), as JSON or base64 of typed arrays.
 */
export const Lesson = z.strictObject({
  id: LessonId,
  /** What was learned: `harmoniser`, `memory`, `calibrator`, … */
  kind: z.string().min(1),
  /** The lesson this one was learned from, if it did not start afresh. */
  parent: LessonId.nullable(),
  learnedFrom: z.array(CorrectionId),
  code: z.string(),
  options: z.record(z.string(), z.unknown()),
  seed: z.string(),
  /** One sentence for a person: what is in it. */
  summary: z.string(),
  body: z.unknown(),
  atMs: z.number().nonnegative(),
});
export type Lesson = z.infer<typeof Lesson>;

/** Where a lesson stands: it goes live only through the promotion gate. */
export const LessonStatus = z.enum(["candidate", "in-force", "held-back", "retired", "stale"]);
export type LessonStatus = z.infer<typeof LessonStatus>;
