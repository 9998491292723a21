import { z } from "zod";
import { ComparisonOutput } from "./comparison.ts";
import { correctionOf } from "./correction.ts";
import { EpisodeChange, EpisodeEdits, EpisodeFacts } from "./episode-edits.ts";
import { CorrectionId, ItemId, LessonId } from "./ids.ts";
import { Measurement } from "./measurement.ts";
import { ProjectConfig } from "./project.ts";
import { proposalOf } from "./proposal.ts";
import { DocumentAct } from "./revision.ts";
import { RewriteState } from "./rewrite.ts";

const Output = z.unknown();

/**
 * What happened, in the order it happened. The log is append-only and the truth; every table a screen reads
 * is a fold of it. Items and their imported proposals are the body of `imported` and kept as rows.
 */
export const EventBody = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("project-created"), config: ProjectConfig }),
  z.strictObject({ kind: z.literal("project-changed"), config: ProjectConfig }),
  z.strictObject({
    kind: z.literal("imported"),
    batch: z.string(),
    rows: z.int(),
    rejected: z.int(),
    format: z.string(),
  }),
  z.strictObject({ kind: z.literal("corrected"), correction: correctionOf(Output) }),
  z.strictObject({ kind: z.literal("skipped"), itemId: ItemId, by: z.string() }),
  z.strictObject({ kind: z.literal("asked-again"), itemId: ItemId, by: z.string() }),
  /** A later proposal than the imported one: asked again, or made by a model after the import. */
  z.strictObject({ kind: z.literal("proposed"), proposal: proposalOf(Output) }),
  /** A proposer failed for good or for now: the item waits in the queue with the reason. */
  z.strictObject({
    kind: z.literal("propose-failed"),
    itemId: ItemId,
    reason: z.string(),
    attempts: z.int(),
  }),
  z.strictObject({ kind: z.literal("learned"), lessonId: LessonId, corrections: z.int() }),
  z.strictObject({
    kind: z.literal("measured"),
    lessonId: LessonId,
    measurements: z.array(Measurement),
  }),
  /** `gate`: the sentence of the test that let it through or held it back, or who decided by hand. */
  z.strictObject({
    kind: z.literal("promoted"),
    lessonId: LessonId,
    previous: LessonId.nullable(),
    gate: z.string(),
  }),
  z.strictObject({ kind: z.literal("held-back"), lessonId: LessonId, gate: z.string() }),
  z.strictObject({ kind: z.literal("rolled-back"), from: LessonId, to: LessonId, by: z.string() }),
  z.strictObject({
    kind: z.literal("revoked"),
    correctionId: CorrectionId,
    by: z.string(),
    stale: z.array(LessonId),
  }),
  /** Something happened to a document that is revised. */
  z.strictObject({ kind: z.literal("document"), documentId: ItemId, act: DocumentAct }),
  z.strictObject({ kind: z.literal("document-deleted"), documentId: ItemId, by: z.string() }),
  /** What the writer's filter had learned up to here is forgotten: all of it, or one habit. */
  z.strictObject({
    kind: z.literal("filter-cleared"),
    habit: z.string().nullable(),
    by: z.string(),
  }),
  /** A habit is kept from the writer for good, or no longer. */
  z.strictObject({
    kind: z.literal("never-again"),
    habit: z.string(),
    never: z.boolean(),
    by: z.string(),
  }),
  /** A rewrite was approved, blocked, pinned or given another target: by a person, or by the guard. */
  z.strictObject({
    kind: z.literal("rewrite-set"),
    ruleId: z.string(),
    state: RewriteState,
    pinned: z.boolean(),
    /** The target in place of the mined one; null leaves it. */
    toText: z.string().nullable(),
    /** The two requests do not mean the same: their edge is left out when mining again. */
    cannotLink: z.boolean(),
    by: z.string(),
    because: z.string(),
  }),
  /**
   * Somebody said which of some replies is better, or took that back. `shown`: reply ids in the
   * order they were shown; null where that is not known.
   */
  z.strictObject({
    kind: z.literal("compared"),
    correction: correctionOf(ComparisonOutput),
    questionId: z.string(),
    shown: z.array(z.string()).nullable(),
  }),
  z.strictObject({
    kind: z.literal("comparison-skipped"),
    questionId: z.string(),
    itemId: ItemId,
    by: z.string(),
    /** The skip is taken back. */
    undone: z.literal(true).optional(),
  }),
  /** An episode has ended. Its rows are the blob of this hash; its take-overs follow as corrections. */
  z.strictObject({
    kind: z.literal("episode-recorded"),
    episodeId: ItemId,
    blob: z.string(),
    facts: EpisodeFacts,
    edits: EpisodeEdits,
    by: z.string(),
  }),
  z.strictObject({
    kind: z.literal("episode-edited"),
    episodeId: ItemId,
    change: EpisodeChange,
    by: z.string(),
  }),
]);
export type EventBody = z.infer<typeof EventBody>;

/** An event as logged. */
export interface LoggedEvent {
  readonly seq: number;
  readonly projectId: string;
  readonly atMs: number;
  readonly body: EventBody;
}
