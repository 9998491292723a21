/** Decisions on the edits of a session: made into corrections, and folded from them. */
import type { z } from "zod";
import type { Actor, Correction, correctionOf } from "#core/correction.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { CorrectionId, ItemId, ProposalId } from "#core/ids.ts";
import type { DocumentAct, EditDecisionInput } from "#core/revision.ts";
import { TextEdit } from "#core/text.ts";
import { editFeatures } from "#learn/acceptance-model.ts";
import { type Change, changeText } from "./session-places.ts";
import { type DocumentState, isApplied, type SessionEdit, standingText } from "./session-state.ts";

type TextCorrection = z.infer<ReturnType<typeof correctionOf<z.ZodString>>>;

/** Who decides, when, and in which document. */
interface By {
  readonly documentId: ItemId;
  readonly actor: Actor;
  readonly atMs: number;
}

/**
 * The act of deciding edits that are open. An amendment to the suggested wording is an acceptance, one to the wording
 * that stands there a rejection.
 *
 * @throws Problem `conflict` for an edit that is not open, `not-found` for one that is not there, `bad-input` for an
 *   amendment without a wording.
 */
export function decideEdits(
  state: DocumentState,
  inputs: readonly EditDecisionInput[],
  by: By,
): DocumentAct {
  const corrections = inputs.map((input): TextCorrection => {
    const { edit } = editOf(state, input.proposalId);
    requireOpen(edit);
    const { before } = edit.proposed.edit;
    const { decision, after } = decisionOf(edit, input);
    const applied = { ...edit.place, before, after };
    return {
      ...common(edit, by),
      id: input.id,
      decision,
      before,
      after,
      operations: decision === "rejected" ? [] : [applied],
      ...(input.reason === undefined ? {} : { reason: input.reason }),
      effort: input.effort,
    };
  });
  return { kind: "decided", corrections };
}

function decisionOf(
  { proposed: { edit } }: SessionEdit,
  { decision, after, proposalId }: EditDecisionInput,
): { decision: EditDecisionInput["decision"]; after: string } {
  if (decision === "confirmed") return { decision, after: edit.after };
  if (decision === "rejected" || after === edit.before)
    return { decision: "rejected", after: edit.before };
  if (after === undefined)
    throw new Problem("bad-input", "An amended edit has no wording", {
      expected: `"after", the wording to put in place of ${quoted(edit.before)}`,
      got: quoted(after),
      at: { field: `after of ${proposalId}` },
    });
  return { decision: after === edit.after ? "confirmed" : "edited", after };
}

/**
 * The act of taking one decision back. The edit is open again while its pass is.
 *
 * @throws Problem `not-found` when no such decision stands, `conflict` when the text there was changed since.
 */
export function undoDecision(
  state: DocumentState,
  correctionId: CorrectionId,
  by: By & { readonly id: CorrectionId },
): DocumentAct {
  const { edit } = decidedBy(state, correctionId);
  requirePlace(edit);
  const after = edit.proposed.edit.before;
  const before = standingText(edit);
  const correction: TextCorrection = {
    ...common(edit, by),
    id: by.id,
    decision: "undone",
    before,
    after,
    operations: isApplied(edit) ? [{ ...edit.place, before, after }] : [],
    effort: { ms: 0, gestures: 1, edit: 0 },
    undoes: correctionId,
  };
  return { kind: "decided", corrections: [correction] };
}

const common = (
  { proposed }: SessionEdit,
  { documentId, actor, atMs }: By,
): Pick<
  Correction<string>,
  "itemId" | "proposalId" | "by" | "risk" | "propensity" | "audit" | "suggestionShown" | "atMs"
> => ({
  itemId: documentId,
  proposalId: proposed.id,
  by: actor,
  risk: proposed.acceptance === null ? null : 1 - proposed.acceptance,
  propensity: proposed.propensity,
  audit: false,
  suggestionShown: true,
  atMs,
});

interface Found {
  readonly index: number;
  readonly edit: SessionEdit;
}

/** Folds decisions, all on the text as it stands, and undo records. */
export function decide(
  state: DocumentState,
  corrections: readonly TextCorrection[],
  atMs: number,
): DocumentState {
  const ids = new Set(state.corrections.map(({ id }) => id));
  const steps = new Map<number, Step>();
  for (const correction of corrections) {
    if (ids.has(correction.id))
      throw new Problem("conflict", "The correction was made before", { got: correction.id });
    ids.add(correction.id);
    const step =
      correction.decision === "undone"
        ? takeBack(state, correction)
        : take(state, correction, atMs);
    if (steps.has(step.index))
      throw new Problem("bad-input", "One edit is decided twice at once", {
        got: quoted(correction.proposalId),
      });
    steps.set(step.index, step);
  }
  const changes = [...steps.values()].flatMap(({ change }) => change ?? []);
  const after = changeText(state, changes);
  const version = state.version + 1;
  return {
    ...after,
    edits: after.edits.map((edit, index) => ({ ...edit, ...steps.get(index)?.says })),
    corrections: [...state.corrections, ...corrections.map(({ id }) => ({ id, version }))],
  };
}

/** What one correction does: to the text, and to what is known of its edit. */
interface Step {
  readonly index: number;
  readonly change: Change | null;
  readonly says: Pick<SessionEdit, "state" | "wording" | "correctionId" | "decided">;
}

const STATES = { confirmed: "accepted", rejected: "rejected", edited: "amended" } as const;

function take(state: DocumentState, correction: TextCorrection, atMs: number): Step {
  const { decision, after, id } = correction;
  const { index, edit } = editOf(state, correction.proposalId);
  requireOpen(edit);
  if (decision !== "confirmed" && decision !== "rejected" && decision !== "edited")
    throw new Problem("bad-input", "Edits of a text are not decided like this", {
      expected: "confirmed, rejected, edited or undone",
      got: decision,
    });
  const { before, after: suggested } = edit.proposed.edit;
  const wording = decision === "confirmed" ? suggested : decision === "rejected" ? before : after;
  if (wording === null || after !== wording || correction.before !== before)
    throw new Problem("bad-input", "The correction is not of this edit", {
      expected: `${quoted(before)} to become ${quoted(wording)}`,
      got: `${quoted(correction.before)} to become ${quoted(after)}`,
    });
  const applied = decision === "rejected" ? null : { ...edit.place, before, after: wording };
  requireOperation(correction, applied);
  const { proposed } = edit;
  const seen = { ...proposed, edit: { ...proposed.edit, ...edit.place } };
  return {
    index,
    change: applied === null ? null : { edit: applied, of: index, back: false },
    says: {
      state: STATES[decision],
      wording: applied === null ? null : wording,
      correctionId: id,
      decided: {
        atMs,
        ...around(state.text, edit.place),
        features: { ...editFeatures(state.text, seen) },
      },
    },
  };
}

function takeBack(state: DocumentState, correction: TextCorrection): Step {
  const { index, edit } = decidedBy(state, correction.undoes);
  requirePlace(edit);
  const before = standingText(edit);
  const after = edit.proposed.edit.before;
  const change = isApplied(edit) ? { ...edit.place, before, after } : null;
  requireOperation(correction, change);
  const isReviewed = state.status === "reviewing" && edit.pass === state.pass;
  return {
    index,
    change: change === null ? null : { edit: change, of: index, back: true },
    says: {
      state: isReviewed ? "open" : "dropped",
      wording: null,
      correctionId: null,
      decided: null,
    },
  };
}

function editOf(state: DocumentState, id: ProposalId | null): Found {
  const index = state.edits.findIndex((edit) => edit.proposed.id === id);
  const edit = state.edits[index];
  if (edit !== undefined) return { index, edit };
  throw new Problem("not-found", `The document has no proposed edit "${id}"`);
}

function decidedBy(state: DocumentState, id: CorrectionId | undefined): Found {
  const index = id === undefined ? -1 : state.edits.findIndex((edit) => edit.correctionId === id);
  const edit = state.edits[index];
  if (edit !== undefined) return { index, edit };
  throw new Problem("not-found", `No decision "${id}" stands in this document`, {
    hint: "It may have been taken back already.",
  });
}

function requireOpen({ proposed, state }: SessionEdit): void {
  if (state === "open") return;
  const why = { dropped: "its text was changed, or its pass ended", hidden: "it is not shown" };
  throw new Problem("conflict", "The edit cannot be decided any more", {
    expected: "an open edit",
    got: `"${proposed.id}", ${state === "dropped" || state === "hidden" ? why[state] : `${state} already`}`,
  });
}

function requirePlace({ lost, proposed }: SessionEdit): void {
  if (lost === null) return;
  throw new Problem(
    "conflict",
    "The decision cannot be taken back: the text there was changed since",
    {
      expected: `the wording "${proposed.edit.after}" as it was left`,
      hint:
        lost.under === null
          ? "Change the text by hand, or restore an earlier version."
          : "Take back the later edit at the same place first.",
    },
  );
}

function requireOperation({ operations }: TextCorrection, expected: TextEdit | null): void {
  const [operation, more] = operations;
  const parsed = TextEdit.safeParse(operation);
  const same =
    expected === null
      ? operation === undefined
      : parsed.success &&
        more === undefined &&
        parsed.data.start === expected.start &&
        parsed.data.end === expected.end &&
        parsed.data.before === expected.before &&
        parsed.data.after === expected.after;
  if (same) return;
  throw new Problem("conflict", "The correction was made on another state of the text", {
    expected: expected === null ? "no change of the text" : quoted(expected),
    got: quoted(operations),
  });
}

/** Enough text on each side to know the place again, and to show it to a person. */
const AROUND_CHARS = 160;

/** The text around a stretch, and where the stretch begins in it. No character is cut in two. */
function around(
  text: string,
  { start, end }: SessionEdit["place"],
): { around: string; start: number } {
  const from = wholeFrom(text, start - AROUND_CHARS);
  return { around: text.slice(from, wholeFrom(text, end + AROUND_CHARS)), start: start - from };
}

/** An offset, or the next one where it is inside a surrogate pair. */
function wholeFrom(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return Math.max(0, unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at);
}
