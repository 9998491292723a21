/** The state of a document under revision: plain JSON, so that it is stored, sent and compared as it is. */
import { z } from "zod";
import { CorrectionId, ProposalId } from "#core/ids.ts";
import { DocumentFormat, DocumentStatus, EditState, ProposedEdit } from "#core/revision.ts";

/** A stretch of the current text, in UTF-16 code units; `end` is exclusive. */
const Place = z.strictObject({ start: z.int().nonnegative(), end: z.int().nonnegative() });

/** What a decision is learned from, as it was when it was made. */
const Decided = z.strictObject({
  atMs: z.number(),
  /** The text around the edit, and where the edit's stretch begins in it. */
  around: z.string(),
  start: z.int().nonnegative(),
  /** What the acceptance model sees of it. */
  features: z.record(z.string(), z.number()),
});

export const SessionEdit = z.strictObject({
  /** As it was proposed. */
  proposed: ProposedEdit,
  pass: z.int().positive(),
  state: EditState,
  /** Where what stands for it now, stands: the wording it replaces, or the one that was put in its place. */
  place: Place,
  /**
   * Set once the text at its place was changed by something else: then it has no place any more. `under` is the edit
   * that changed it, `offset` where it stood from that one's start: undone, it gives the place back.
   */
  lost: z.strictObject({ under: ProposalId.nullable(), offset: z.int() }).nullable(),
  /** What was put in its place, if anything was. */
  wording: z.string().nullable(),
  correctionId: CorrectionId.nullable(),
  oscillates: z.boolean(),
  decided: Decided.nullable(),
});
export type SessionEdit = z.infer<typeof SessionEdit>;

export const DocumentState = z.strictObject({
  /** Acts folded so far. */
  version: z.int().positive(),
  /** The act that changed the text last: what is said of the text from there on is of this one. */
  textVersion: z.int().positive(),
  title: z.string(),
  format: DocumentFormat,
  depthMax: z.int().positive(),
  status: DocumentStatus,
  /** The pass begun last; 0 before the first. */
  pass: z.int().nonnegative(),
  text: z.string(),
  /** Of every pass, in the order of the text. */
  edits: z.array(SessionEdit),
  /** Texts to go back to; null is the text of the version before. */
  versions: z.array(
    z.strictObject({
      why: z.string(),
      /** The pass it is the end of; null where it is none. */
      endOf: z.int().positive().nullable(),
      text: z.string().nullable(),
      words: z.int(),
      atMs: z.number(),
    }),
  ),
  /** Proposers that could not answer in the last pass. */
  silent: z.array(z.strictObject({ source: z.string(), reason: z.string() })),
  /** Every correction there was, undo records too, with the version it made. */
  corrections: z.array(z.strictObject({ id: CorrectionId, version: z.int() })),
  updatedAtMs: z.number(),
});
export type DocumentState = z.infer<typeof DocumentState>;

/** Whether another wording than the writer's first one stands in the edit's place. */
export const isApplied = ({ state }: Pick<SessionEdit, "state">): boolean =>
  state === "accepted" || state === "amended";

/** What stands in the edit's place, as far as the session knows. */
export const standingText = (edit: SessionEdit): string =>
  edit.wording ?? edit.proposed.edit.before;

export const openEdits = (state: DocumentState): SessionEdit[] =>
  state.edits.filter((edit) => edit.state === "open");

/** Words of a text: stretches without blanks. */
export function wordsIn(text: string): number {
  let words = 0;
  for (const _ of text.matchAll(/\S+/g)) words += 1;
  return words;
}
