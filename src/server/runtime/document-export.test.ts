import { expect, test } from "vitest";
import { ItemId } from "#core/ids.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { readIterater } from "#formats/text/iterater.ts";
import { readTrackedHtml } from "#formats/text/tracked-html.ts";
import { applyUnifiedDiff } from "#formats/text/unified-diff.ts";
import { DecisionRow } from "#systems/r3/rows.ts";
import { decideEdits } from "#systems/r3/session-decisions.ts";
import { apply, by, open, propose, says } from "#systems/r3/session-kit.ts";
import type { DocumentState } from "#systems/r3/session-state.ts";
import { type ExportFormat, exportDocument } from "./document-export.ts";

const TEXT = "Teh cat 😀 sat in order to sleep.\nIt was very happy, and it purred.\n";
const id = ItemId.parse("doc");

const decided = (state: DocumentState, ...inputs: Parameters<typeof decideEdits>[1]) =>
  apply(state, decideEdits(state, inputs, by));

/** Two passes, the second with an edit open, and a word typed by hand in between. */
function revised(): DocumentState {
  const first = propose(open(TEXT), [
    ["Teh", "The"],
    ["in order to", "to"],
    ["very ", ""],
    ["purred", "hummed"],
  ]);
  const done = decided(
    first,
    says("c1", "p1-1", "confirmed"),
    says("c2", "p1-2", "rejected"),
    says("c3", "p1-3", "confirmed"),
    says("c4", "p1-4", "edited", "slept"),
  );
  const closed = apply(done, { kind: "passed", by: "ann" });
  const typed = { start: 4, end: 7, before: "cat", after: "big dog" };
  const changed = apply(closed, { kind: "typed", edits: [typed], by: "ann" });
  const second = propose(changed, [
    ["sat", "lay"],
    ["happy", "glad"],
  ]);
  return decided(second, says("c5", "p2-2", "confirmed"));
}

const text = (format: ExportFormat) => exportDocument(id, revised(), format).text;

test("text and Markdown are the text, under a name any system takes", () => {
  const state = { ...revised(), title: "Über: cats / dogs?" };
  expect(exportDocument(id, state, "text")).toMatchObject({
    name: "U-ber-cats-dogs.txt",
    text: state.text,
  });
  expect(exportDocument(id, { ...state, title: "猫" }, "markdown").name).toBe("document.md");
});

test("the page marks what was accepted and what is open, and gives the text back both ways", () => {
  const page = readTrackedHtml(text("html"));
  expect(page.edits.map(({ decision, edit }) => [decision, edit.before, edit.after])).toEqual([
    ["accepted", "Teh", "The"],
    ["open", "sat", "lay"],
    ["accepted", "very ", ""],
    ["accepted", "happy", "glad"],
    ["accepted", "purred", "slept"],
  ]);
  const accepted = page.edits.filter(({ decision }) => decision === "accepted");
  const after = applyEdits(
    page.text,
    accepted.map(({ edit }) => edit),
  );
  expect(after).toBe(revised().text);
});

test("the diff leads from the first version to the text", () => {
  expect(applyUnifiedDiff(TEXT, text("diff"))).toBe(revised().text);
});

test("IteraTeR has a record a pass, with what the writer said of each edit", () => {
  const { records, rejects } = readIterater(text("iterater"));
  expect(rejects).toEqual([]);
  const [first, second] = records;
  expect(first).toMatchObject({ id: "doc", depth: 1, before: TEXT });
  expect(first?.edits.map(({ edit, accepted }) => [edit.after, accepted])).toEqual([
    ["The", true],
    ["to", false],
    ["", true],
    ["slept", true],
  ]);
  const accepted = first?.edits.flatMap(({ edit, accepted }) => (accepted ? edit : [])) ?? [];
  expect(applyEdits(TEXT, accepted)).toBe(first?.after);
  // The writer typed before the second pass: the edit is found by the words around it.
  expect(second?.before).toBe(first?.after);
  expect(second?.after).toBe(revised().text);
  expect(second?.edits.map(({ edit }) => second.before.slice(edit.start, edit.end))).toEqual([
    "happy",
  ]);
});

test("decisions are lines the operations take", () => {
  const rows = text("jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => DecisionRow.parse(JSON.parse(line)));
  expect(rows.map(({ id, accepted, after }) => [id, accepted, after])).toEqual([
    ["doc/c1", true, undefined],
    ["doc/c2", false, undefined],
    ["doc/c3", true, undefined],
    ["doc/c4", true, "slept"],
    ["doc/c5", true, undefined],
  ]);
});

test("a document without edits has empty files of them", () => {
  const state = open("");
  expect(exportDocument(id, state, "jsonl").text).toBe("");
  expect(exportDocument(id, state, "iterater").text).toBe("");
  expect(readTrackedHtml(exportDocument(id, state, "html").text).edits).toEqual([]);
});
