/** A document that is revised in passes: what proposers suggest, what the writer says of it, what is shown of it. */
import { z } from "zod";
import { correctionOf, Effort } from "./correction.ts";
import { CorrectionId, ItemId, ProposalId } from "./ids.ts";
import { Intent, TextEdit } from "./text.ts";

/** Passes over a document before it is called done, unless its writer asks for more (R3, Du et al. 2022: 3). */
export const DEPTH_DEFAULT = 3;
const TITLE_CHARS_MAX = 200;

/** One edit a proposer suggests: one decision for the writer. */
export const ProposedEdit = z.strictObject({
  id: ProposalId,
  /** Against the text as it is when the edit is proposed. */
  edit: TextEdit,
  intent: Intent,
  /** Which proposer: `spelling`, `grammar`, `phrases`, `articles`, `llm:<model>`. */
  source: z.string().min(1),
  /** Why, in a sentence for the writer. */
  rationale: z.string(),
  /** Probability that this writer accepts it, by the learned filter; null before it has learned anything. */
  acceptance: z.number().min(0).max(1).nullable(),
  /** False where the learned filter keeps it from the writer. */
  shown: z.boolean(),
  /**
   * Probability of what the filter did with it: 1 for an edit it lets through; of those it would hide, the share shown
   * to explore, or the rest.
   */
  propensity: z.number().gt(0).max(1),
});
export type ProposedEdit = z.infer<typeof ProposedEdit>;

export const DocumentFormat = z.enum(["plain", "markdown"]);
export type DocumentFormat = z.infer<typeof DocumentFormat>;

/**
 * What happened to a document, in order. Its state is a fold of these; every offset is into the text as it stands just
 * before the act.
 */
export const DocumentAct = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("opened"),
    title: z.string().max(TITLE_CHARS_MAX),
    text: z.string(),
    format: DocumentFormat,
    depthMax: z.int().positive(),
  }),
  /** A pass begins: every proposer was asked. `silent`: those that could not answer, and why. */
  z.strictObject({
    kind: z.literal("proposed"),
    pass: z.int().positive(),
    edits: z.array(ProposedEdit),
    silent: z.array(z.strictObject({ source: z.string(), reason: z.string() })),
  }),
  /**
   * Decisions on edits (`proposalId`), or undo records of them. `before` is the stretch the edit is of, `after` what
   * stands there now, `operations` the text edit that was applied, none where the edit was rejected.
   */
  z.strictObject({ kind: z.literal("decided"), corrections: z.array(correctionOf(z.string())) }),
  /** The writer changed the text by hand. */
  z.strictObject({ kind: z.literal("typed"), edits: z.array(TextEdit), by: z.string() }),
  /** The writer closed the pass; edits still open are left. */
  z.strictObject({ kind: z.literal("passed"), by: z.string() }),
  /** An earlier version is the text again. */
  z.strictObject({ kind: z.literal("restored"), version: z.int().nonnegative(), by: z.string() }),
  z.strictObject({ kind: z.literal("renamed"), title: z.string().max(TITLE_CHARS_MAX) }),
]);
export type DocumentAct = z.infer<typeof DocumentAct>;

/** `proposing`: proposers are at work. `done`: no pass is left, or nothing is left to propose. */
export const DocumentStatus = z.enum(["proposing", "reviewing", "done"]);
export type DocumentStatus = z.infer<typeof DocumentStatus>;

export const EditState = z.enum([
  "open",
  "accepted",
  "rejected",
  "amended",
  /** Kept from the writer by the learned filter. */
  "hidden",
  /** The text it is of was changed under it, or its pass ended. */
  "dropped",
]);
export type EditState = z.infer<typeof EditState>;

/**
 * An edit as the screen shows it. Offsets are into the current text, of what stands there: `before`, or `after` where
 * it was accepted or amended (then `after` is the writer's wording).
 */
export const EditView = ProposedEdit.extend({
  state: EditState,
  pass: z.int().positive(),
  /** The decision that stands. */
  correctionId: CorrectionId.nullable(),
  /** This edit takes back one that was accepted earlier: shown as such, since it may go on for ever. */
  oscillates: z.boolean(),
  /** False once the text there was changed by something else: it has no place, and no decision to take back. */
  placed: z.boolean(),
});
export type EditView = z.infer<typeof EditView>;

export const PassView = z.strictObject({
  pass: z.int().positive(),
  proposed: z.int(),
  accepted: z.int(),
  rejected: z.int(),
  amended: z.int(),
  hidden: z.int(),
});
export type PassView = z.infer<typeof PassView>;

/** A text the document once was. */
export const VersionView = z.strictObject({
  version: z.int().nonnegative(),
  /** How it came about: "opened", "end of pass 1", "restored version 0". */
  why: z.string(),
  words: z.int(),
  atMs: z.number(),
});
export type VersionView = z.infer<typeof VersionView>;

export const DocumentSummary = z.strictObject({
  id: ItemId,
  title: z.string(),
  status: DocumentStatus,
  pass: z.int().nonnegative(),
  depthMax: z.int(),
  /** Edits waiting for the writer. */
  open: z.int(),
  words: z.int(),
  updatedAtMs: z.number(),
});
export type DocumentSummary = z.infer<typeof DocumentSummary>;

export const DocumentView = DocumentSummary.extend({
  /** Grows with every act; an act made against an older one is refused with 409. */
  version: z.int(),
  format: DocumentFormat,
  text: z.string(),
  /** Of the current pass, in the order of the text. */
  edits: z.array(EditView),
  passes: z.array(PassView),
  versions: z.array(VersionView),
  silent: z.array(z.strictObject({ source: z.string(), reason: z.string() })),
});
export type DocumentView = z.infer<typeof DocumentView>;

/** What the writer sends of one edit. */
export const EditDecisionInput = z.strictObject({
  /** Made by the client, so that a repeated request is the same correction. */
  id: CorrectionId,
  proposalId: ProposalId,
  decision: z.enum(["confirmed", "rejected", "edited"]),
  /** The writer's own wording, where the decision is `edited`. */
  after: z.string().optional(),
  reason: z.string().max(2_000).optional(),
  effort: Effort,
});
export type EditDecisionInput = z.infer<typeof EditDecisionInput>;

/** One thing this writer has turned down, with what shows it. */
export const RejectedHabit = z.strictObject({
  key: z.string(),
  before: z.string(),
  after: z.string(),
  intent: Intent,
  rejected: z.int(),
  accepted: z.int(),
  /** Kept from the writer for good: at the writer's word, or after rejections alone. */
  never: z.boolean(),
  /** A few places it was turned down. */
  examples: z.array(z.strictObject({ documentId: ItemId, title: z.string(), around: z.string() })),
});
export type RejectedHabit = z.infer<typeof RejectedHabit>;

/** What the filter has learned of this writer. */
export const FilterView = z.strictObject({
  decisions: z.int(),
  /** Learned weights in words: "edits by spelling: −1.2", strongest first. */
  weights: z.array(z.strictObject({ feature: z.string(), weight: z.number() })),
  habits: z.array(RejectedHabit),
});
export type FilterView = z.infer<typeof FilterView>;
