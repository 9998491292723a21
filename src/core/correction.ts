import { z } from "zod";
import { ActorId, CorrectionId, ItemId, LessonId, ProposalId } from "./ids.ts";

export const Actor = z.strictObject({
  id: ActorId,
  kind: z.enum(["person", "simulated", "verifier", "optimiser", "behaviour", "hindsight"]),
});
export type Actor = z.infer<typeof Actor>;

/** What a correction cost the one who made it. */
export const Effort = z.strictObject({
  /** Attention, milliseconds: from the item being shown to the decision, pauses cut. */
  ms: z.number().nonnegative(),
  /** Key presses and clicks. */
  gestures: z.int().nonnegative(),
  /** Size of the edit in the task kind's own unit (labels changed, words edited, points moved). */
  edit: z.number().nonnegative(),
});
export type Effort = z.infer<typeof Effort>;

export const Decision = z.enum([
  "confirmed",
  "edited",
  "rejected",
  "compared",
  "instructed",
  "taken-over",
  "rewound",
  /** Takes back the correction named by `undoes`. The record taken back stays. */
  "undone",
]);
export type Decision = z.infer<typeof Decision>;

/**
 * What somebody said of a proposal. First-class, immutable, attributed; undo is a further record.
 * The same record for every medium: `before`, `after` and `operations` are the task kind's.
 */
export interface Correction<O> {
  readonly id: CorrectionId;
  readonly itemId: ItemId;
  readonly proposalId: ProposalId | null;
  readonly decision: Decision;
  readonly before: O | null;
  readonly after: O | null;
  /** The edit as the task kind's operations, in the order they were made. */
  readonly operations: readonly unknown[];
  readonly reason?: string | undefined;
  readonly by: Actor;
  readonly effort: Effort;
  /** The risk shown at the time; null when there was none. */
  readonly risk: number | null;
  /** Probability with which this item came before this person: what unbiased estimates weight by. */
  readonly propensity: number;
  /** Whether the item was drawn at random to audit what nobody reviews. */
  readonly audit: boolean;
  /** Whether the suggestion was on the screen: anchoring is measured by leaving it out now and then. */
  readonly suggestionShown: boolean;
  /** The lesson in force when the item was shown. */
  readonly lessonId?: LessonId | undefined;
  readonly undoes?: CorrectionId | undefined;
  readonly atMs: number;
}

export const correctionOf = <O extends z.ZodType>(output: O) =>
  z.strictObject({
    id: CorrectionId,
    itemId: ItemId,
    proposalId: ProposalId.nullable(),
    decision: Decision,
    before: output.nullable(),
    after: output.nullable(),
    operations: z.array(z.unknown()),
    reason: z.string().max(2_000).optional(),
    by: Actor,
    effort: Effort,
    risk: z.number().min(0).max(1).nullable(),
    propensity: z.number().gt(0).max(1),
    audit: z.boolean(),
    suggestionShown: z.boolean(),
    lessonId: LessonId.optional(),
    undoes: CorrectionId.optional(),
    atMs: z.number().nonnegative(),
  });

/** The corrections still standing: undo records and what they take back are left out, order kept. */
export function standing<C extends Pick<Correction<unknown>, "id" | "decision" | "undoes">>(
  history: readonly C[],
): C[] {
  const undone = new Set<string>();
  // Latest first, so that undoing an undo restores what it took back.
  for (const correction of history.toReversed())
    if (correction.undoes !== undefined && !undone.has(correction.id))
      undone.add(correction.undoes);
  return history.filter(
    (correction) => correction.decision !== "undone" && !undone.has(correction.id),
  );
}
