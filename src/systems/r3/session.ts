/**
 * A document revised in passes (R3, Du et al. 2022), as the fold of what happened to it. Proposers suggest edits, the
 * writer decides each, what was accepted is the text of the next pass. Pure: the server, where a writer answers days
 * later, and the study, where a simulated one answers at once, drive the same fold.
 */
import { unreachable } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";
import type { ProposalId } from "#core/ids.ts";
import type { DocumentAct, ProposedEdit } from "#core/revision.ts";
import { applyEdits, conflict } from "#correct/text/edits.ts";
import { decide } from "./session-decisions.ts";
import { changeText, replacement } from "./session-places.ts";
import { type DocumentState, isApplied, type SessionEdit, wordsIn } from "./session-state.ts";
import { textOfVersion } from "./session-view.ts";

type Act<K extends DocumentAct["kind"]> = Extract<DocumentAct, { kind: K }>;

/**
 * The document after one more act. Everything an act says of the document is checked anew, so that no caller can bring
 * it into a state its log does not explain.
 *
 * @throws Problem `conflict` when the act comes at the wrong time or its text was changed since; `bad-input` when it
 *   does not fit the document; `not-found` when what it names is not there.
 */
export function advanceDocument(
  state: DocumentState | undefined,
  act: DocumentAct,
  atMs: number,
): DocumentState {
  if (state === undefined) {
    if (act.kind === "opened") return opened(act, atMs);
    throw new Problem("conflict", "The document is not open", { got: act.kind });
  }
  const next = changed(state, act, atMs);
  const version = state.version + 1;
  const textVersion = next.text === state.text ? state.textVersion : version;
  return { ...next, version, textVersion, updatedAtMs: atMs };
}

function changed(state: DocumentState, act: DocumentAct, atMs: number): DocumentState {
  switch (act.kind) {
    case "opened":
      throw new Problem("conflict", "The document is open already");
    case "proposed":
      return proposed(state, act);
    case "decided":
      return decide(state, act.corrections, atMs);
    case "typed": {
      const changes = act.edits.map((edit) => ({ edit, of: null, back: false }));
      return changeText(state, changes);
    }
    case "passed":
      return passed(state, atMs);
    case "restored":
      return restored(state, act, atMs);
    case "renamed":
      return { ...state, title: act.title };
    default:
      return unreachable(act);
  }
}

function opened({ title, text, format, depthMax }: Act<"opened">, atMs: number): DocumentState {
  return {
    version: 1,
    textVersion: 1,
    title,
    format,
    depthMax,
    status: "proposing",
    pass: 0,
    text,
    edits: [],
    versions: [{ why: "opened", endOf: null, text, words: wordsIn(text), atMs }],
    silent: [],
    corrections: [],
    updatedAtMs: atMs,
  };
}

function proposed(state: DocumentState, act: Act<"proposed">): DocumentState {
  if (state.status !== "proposing" || act.pass !== state.pass + 1)
    throw new Problem("conflict", "No proposals are waited for", {
      expected: state.status === "proposing" ? `pass ${state.pass + 1}` : "a pass that was closed",
      got: `pass ${act.pass}`,
    });
  checkProposed(state, act.edits);
  const earlier = state.edits.filter(isApplied);
  const edits = act.edits.map(
    (edit): SessionEdit => ({
      proposed: edit,
      pass: act.pass,
      state: edit.shown ? "open" : "hidden",
      place: { start: edit.edit.start, end: edit.edit.end },
      lost: null,
      wording: null,
      correctionId: null,
      oscillates: earlier.some((applied) => takesBack(state.text, edit, applied)),
      decided: null,
    }),
  );
  return {
    ...state,
    pass: act.pass,
    // Nothing left to show: no more revisions.
    status: edits.some((edit) => edit.state === "open") ? "reviewing" : "done",
    silent: act.silent,
    edits: [...state.edits, ...edits].sort(
      (a, b) => a.place.start - b.place.start || a.place.end - b.place.end,
    ),
  };
}

function checkProposed(state: DocumentState, edits: readonly ProposedEdit[]): void {
  const ids = new Set<ProposalId>(state.edits.map((edit) => edit.proposed.id));
  for (const { id } of edits) {
    if (ids.has(id))
      throw new Problem("bad-input", "Two proposed edits have the same id", {
        expected: "an id of its own for each edit of a document",
        got: id,
      });
    ids.add(id);
  }
  const changes = edits.map(({ edit }) => edit);
  applyEdits(state.text, changes);
  const inOrder = changes.toSorted((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, edit] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (next !== undefined && conflict(edit, next))
      throw new Problem("bad-input", "Two proposed edits stand in each other's way", {
        expected: "edits that can each be decided alone",
        got: `${edit.start} to ${edit.end} and ${next.start} to ${next.end}`,
      });
  }
}

/**
 * Whether an edit gives back what an accepted one replaced: where both stand, the text would be as it was before that
 * one. A blank between them does not tell them apart.
 */
function takesBack(text: string, { edit }: ProposedEdit, applied: SessionEdit): boolean {
  const { start, end } = applied.place;
  if (applied.lost !== null || edit.start > end + 1 || edit.end < start - 1) return false;
  const from = Math.min(start, edit.start);
  const to = Math.max(end, edit.end);
  const was = text.slice(from, start) + applied.proposed.edit.before + text.slice(end, to);
  const wouldBe = text.slice(from, edit.start) + edit.after + text.slice(edit.end, to);
  return was === wouldBe;
}

/** Closes the pass under review; of a document that is done, asks for one pass more. */
function passed(state: DocumentState, atMs: number): DocumentState {
  if (state.status === "proposing")
    throw new Problem("conflict", "The proposers are still at work", {
      hint: "Wait for their edits, then close the pass.",
    });
  if (state.status === "done") return { ...state, status: "proposing" };
  const edits = state.edits.map((edit) =>
    edit.state === "open" ? { ...edit, state: "dropped" as const } : edit,
  );
  // Accepted once and taken back later: proposers that disagree could go on like this for ever.
  const swings = edits.some(
    (edit) => edit.pass === state.pass && edit.oscillates && isApplied(edit),
  );
  return {
    ...withVersion(state, { why: `end of pass ${state.pass}`, endOf: state.pass }, atMs),
    edits,
    status: state.pass < state.depthMax && !swings ? "proposing" : "done",
  };
}

function restored(state: DocumentState, { version }: Act<"restored">, atMs: number): DocumentState {
  const text = textOfVersion(state, version);
  if (text === state.text) return state;
  const last = textOfVersion(state, state.versions.length - 1);
  const kept =
    last === state.text
      ? state
      : withVersion(state, { why: `before version ${version} was restored`, endOf: null }, atMs);
  return changeText(kept, [{ edit: replacement(state.text, text), of: null, back: false }]);
}

function withVersion(
  state: DocumentState,
  of: Pick<DocumentState["versions"][number], "why" | "endOf">,
  atMs: number,
): DocumentState {
  const last = textOfVersion(state, state.versions.length - 1);
  const text = state.text === last ? null : state.text;
  const version = { ...of, text, words: wordsIn(state.text), atMs };
  return { ...state, versions: [...state.versions, version] };
}
