import { EditorState, Text } from "@codemirror/state";
import { expect, test } from "vitest";
import { ProposalId } from "#core/ids.ts";
import type { EditView } from "#core/revision.ts";
import { applyEdits } from "#correct/text/edits.ts";
import {
  editsOf,
  emptyReview,
  madeBy,
  reviewField,
  setCurrent,
  setEdits,
  writtenAfter,
} from "./review-field.ts";

const TEXT = "I recieve teh mail";

const view = (start: number, before: string, after: string): EditView => ({
  id: ProposalId.parse(`${start}`),
  edit: { start, end: start + before.length, before, after },
  intent: "fluency",
  source: "spelling",
  rationale: "",
  acceptance: null,
  shown: true,
  propensity: 1,
  state: "open",
  pass: 1,
  correctionId: null,
  oscillates: false,
  placed: true,
});

const EDITS = [view(2, "recieve", "receive"), view(10, "teh", "the")];
const opened = (current: string | null = null) =>
  EditorState.create({
    doc: TEXT,
    extensions: [reviewField.init(() => emptyReview(EDITS, current))],
  });
const reviewOf = (state: EditorState) => state.field(reviewField);

test("the hand begins at the edit the address names, else at the first open one", () => {
  expect(reviewOf(opened("10")).current).toBe("10");
  expect(reviewOf(opened("gone")).current).toBe("2");
  expect(emptyReview([], null).current).toBeNull();
});

test("typing moves edits along and keeps the tally's identity as long as no state changes", () => {
  const before = opened();
  const after = before.update({ changes: { from: 0, insert: "Now " } }).state;
  expect(reviewOf(after).edits.map(({ edit }) => edit.start)).toEqual([6, 14]);
  expect(reviewOf(after).tally).toBe(reviewOf(before).tally);
  expect(reviewOf(after).written).toEqual([{ from: 0, to: 4 }]);
});

test("typing in the edit in hand drops it, and the hand goes on", () => {
  const after = opened("2").update({ changes: { from: 4, insert: "x" } }).state;
  expect(reviewOf(after)).toMatchObject({ current: "10", tally: { open: 1 } });
  const none = after.update({ changes: { from: 12, insert: "y" } }).state;
  expect(reviewOf(none)).toMatchObject({ current: null, tally: { open: 0 } });
});

test("a decision brings its own edits, and is not taken for typing", () => {
  const edits = [{ ...(EDITS[0] ?? view(0, "", "")), state: "accepted" as const }];
  const after = opened().update({
    changes: { from: 2, to: 9, insert: "receive" },
    effects: [setEdits.of(edits), setCurrent.of(null)],
    annotations: madeBy.of("decision"),
  }).state;
  expect(reviewOf(after)).toMatchObject({ edits, current: null, written: [] });
});

test("a change of the editor's is edits of the text before it", () => {
  const state = opened();
  const { changes, newDoc } = state.update({
    changes: [
      { from: 0, to: 1, insert: "We" },
      { from: 18, insert: "\n😀" },
    ],
  });
  const edits = editsOf(changes, state.doc);
  expect(edits.map(({ before, after }) => [before, after])).toEqual([
    ["I", "We"],
    ["", "\n😀"],
  ]);
  expect(applyEdits(TEXT, edits)).toBe(newDoc.toString());
});

test("what was typed in a row is one stretch, and none of it is left when it is deleted", () => {
  let state = EditorState.create({ doc: Text.of(["ab"]) });
  let written: readonly { from: number; to: number }[] = [];
  for (const [i, letter] of [..."xyz"].entries()) {
    const step = state.update({ changes: { from: 1 + i, insert: letter } });
    written = writtenAfter(written, step.changes, true);
    state = step.state;
  }
  expect(written).toEqual([{ from: 1, to: 4 }]);
  const gone = state.update({ changes: { from: 0, to: 5 } });
  expect(writtenAfter(written, gone.changes, true)).toEqual([]);
});
