/** One decision, asked for while a user waits, and what happened after it. */
import { z } from "zod";
import { Reason, Route } from "./assessment.ts";
import { CorrectionId, ItemId, LessonId, ProjectId } from "./ids.ts";
import { Document } from "./item.ts";
import { TurnSignals, UserTurn } from "./rewrite.ts";

const TEXT_CHARS_MAX = 1_000_000;
const Name = z.string().min(1).max(200);

/** What a model says of an item, with what others say. */
const Proposed = {
  fields: Document.shape.fields,
  /** Null: the model was asked and gave none. */
  proposal: z
    .strictObject({
      label: z.string().nullable(),
      confidence: z.number().min(0).max(1).optional(),
      model: Name.optional(),
    })
    .optional(),
  /** By source. */
  votes: z.record(Name, z.string().nullable()).default({}),
};

export const DecideInput = z.strictObject({
  projectId: ProjectId,
  /** What the user said, or the text of the item. */
  text: z.string().max(TEXT_CHARS_MAX),
  /** For a project of rewrites: who says it, and the turn it will be logged as. */
  locale: UserTurn.shape.locale,
  userId: UserTurn.shape.userId,
  turnId: UserTurn.shape.id,
  /** For a project of labels. Without an id the item gets one from its content. */
  itemId: ItemId.optional(),
  ...Proposed,
  /** Whether a risky one goes into the queue of the project. */
  queue: z.boolean().default(false),
});
export type DecideInput = z.infer<typeof DecideInput>;

export const Decided = z.strictObject({
  route: Route,
  /** Probability that the output is wrong; null where that is not known. */
  risk: z.number().min(0).max(1).nullable(),
  /** What to go on with: the text as it is or rewritten; the label proposed, or the one the assessor would give. */
  output: z.string().nullable(),
  reasons: z.array(Reason),
  lessonId: LessonId.nullable(),
  /** For a project of rewrites: goes back with the turn, as its `rewrite`. */
  ruleId: z.string().nullable(),
  arm: z.enum(["treated", "hold-out"]).nullable(),
  propensity: z.number(),
  /** For a project of labels. */
  itemId: ItemId.nullable(),
  queued: z.boolean(),
});
export type Decided = z.infer<typeof Decided>;

export const Feedback = z.discriminatedUnion("kind", [
  /** How a request went: its turn, with the rewrite that was decided. */
  z.strictObject({ kind: z.literal("turn"), projectId: ProjectId, turn: UserTurn }),
  /** What became known of a turn that was sent before. */
  z.strictObject({
    kind: z.literal("signals"),
    projectId: ProjectId,
    turnId: Name,
    signals: TurnSignals,
    /** When, in milliseconds since 1970; now where it is not said. */
    ts: z.number().nonnegative().optional(),
  }),
  /** What is right of an item that was decided. */
  z.strictObject({
    kind: z.literal("label"),
    projectId: ProjectId,
    itemId: ItemId,
    /** Null: the output was wrong, and what is right is not known. */
    label: z.string().nullable(),
    /** Made by the client, so that a repeated request is the same correction. */
    id: CorrectionId.optional(),
    /** The item as it was decided, where it did not go into the queue. */
    item: z.strictObject({ text: z.string().max(TEXT_CHARS_MAX), ...Proposed }).optional(),
  }),
]);
export type Feedback = z.infer<typeof Feedback>;

/** `taken`: false where it was there already. */
export const FeedbackAnswer = z.strictObject({ taken: z.boolean() });
