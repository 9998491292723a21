import fc from "fast-check";
import { expect, test } from "vitest";
import type { Intent, TextEdit } from "#core/text.ts";
import { editType, rejectionKey } from "./rejection-memory.ts";

const editOf = (text: string, before: string, after: string, from = 0): TextEdit => {
  const start = text.indexOf(before, from);
  return { start, end: start + before.length, before, after };
};
const clarity = (edit: TextEdit): { edit: TextEdit; intent: Intent } => ({
  edit,
  intent: "clarity",
});

test("an edit is an addition, a deletion or a replacement", () => {
  expect(editType({ start: 3, end: 3, before: "", after: "the " })).toBe("A");
  expect(editType({ start: 3, end: 7, before: "the ", after: "" })).toBe("D");
  expect(editType({ start: 3, end: 6, before: "the", after: "a" })).toBe("R");
});

test("the wide key knows the edit and not the place", () => {
  const text = "We saw the dog. They saw the cat.";
  const first = rejectionKey(text, clarity(editOf(text, "the", "a")), "wide");
  expect(first).toBe('["R","clarity","the","a"]');
  expect(rejectionKey(text, clarity(editOf(text, "the", "a", 16)), "wide")).toBe(first);
  const dropped = rejectionKey(text, clarity(editOf(text, "the ", "")), "wide");
  expect(dropped).not.toBe(first);
  expect(rejectionKey(text, { edit: editOf(text, "the", "a"), intent: "style" }, "wide")).not.toBe(
    first,
  );
});

test("the context key also knows three words on each side, whatever their case and punctuation", () => {
  const text = "We saw the dog. They saw the cat.";
  const at = (of: string, from: number) =>
    rejectionKey(of, clarity(editOf(of, "the", "a", from)), "context");
  expect(at(text, 0)).not.toBe(at(text, 16));
  expect(at(text, 0)).toBe('["R","clarity","the","a","we saw","dog they saw"]');
  // The fourth word away makes no other place.
  const longer = "Yesterday, in Rome, WE saw the dog! they saw nobody.";
  const other = "Long before in Rome we saw the dog, they saw nobody.";
  expect(at(longer, 0)).toBe(at(other, 0));
});

test("at the ends of a text there is no context, and none is needed", () => {
  expect(rejectionKey("", clarity({ start: 0, end: 0, before: "", after: "A" }), "context")).toBe(
    '["A","clarity","","A","",""]',
  );
});

test("text farther away, before or after, never changes the key", () => {
  const word = fc.stringMatching(/^[a-z]{1,9}$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.array(word, { maxLength: 30 }), (l, r) => {
      const core = "one two three teh four five six";
      const text = [...l, core, ...r].join(" ");
      const start = [...l, "one two three "].join(" ").length;
      const edit = { start, end: start + 3, before: "teh", after: "the" };
      expect(text.slice(edit.start, edit.end)).toBe("teh");
      expect(rejectionKey(text, { edit, intent: "fluency" }, "context")).toBe(
        '["R","fluency","teh","the","one two three","four five six"]',
      );
    }),
    { seed: 1, numRuns: 100 },
  );
});
