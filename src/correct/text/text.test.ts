import { expect, test } from "vitest";
import { TextSchema } from "#core/text.ts";
import { taskKindSuite } from "#correct/task-kind.suite.ts";
import { texts } from "./text.fixture.ts";
import { textKind } from "./text.ts";

const schema = TextSchema.parse({ cost: 4 });

taskKindSuite({ kind: textKind, schema, outputs: texts, misfit: "half \ud83d of it" });

test("edits come last first and each is of the text the others left", () => {
  const operations = textKind.diff("teh cat sat on teh mat", "the cat sat on the mat");
  expect(operations).toEqual([
    { kind: "edit", start: 15, end: 18, before: "teh", after: "the" },
    { kind: "edit", start: 0, end: 3, before: "teh", after: "the" },
  ]);
  expect(textKind.apply("teh cat sat on teh mat", operations.slice(0, 1))).toBe(
    "teh cat sat on the mat",
  );
});

test("an edit is counted in words, and severity grows with the distance up to the stated cost", () => {
  const size = (before: string | null, after: string | null) =>
    textKind.editSize(textKind.diff(before, after));
  expect(size("a big cat", "a small cat")).toBe(1);
  expect(size("a cat", "a very big cat")).toBe(2);
  expect(size("a  cat", "a cat")).toBe(1);
  expect(size(null, "three words here")).toBe(3);
  expect(size(null, "")).toBe(1);
  expect(textKind.severity("abcd", "abcx", schema)).toBe(1);
  expect(textKind.severity(null, "abcd", schema)).toBe(4);
  expect(textKind.severity("", "abcd", schema)).toBe(4);
});

test("an operation made for another text is a bug or a problem that says so", () => {
  expect(() => textKind.apply("b", [{ kind: "set", from: "a", to: null }])).toThrow(
    "in place of the one it was made for",
  );
  const edit = { kind: "edit", start: 0, end: 1, before: "a", after: "" } as const;
  expect(() => textKind.apply("b", [edit])).toThrow("not of this text");
  expect(() => textKind.apply(null, [edit])).toThrow("there is a text to edit");
});

test("a megabyte on one line: the distance is bounded work, symmetric, 0 only for equals", () => {
  const text = "the quick brown fox jumps over ".repeat(33_000);
  const slip = `${text.slice(0, 500_000)}x${text.slice(500_001)}`;
  const other = "colourless green ideas sleep furiously and well ".repeat(21_000);
  expect(textKind.distance(text, slip)).toBeCloseTo(1 / text.length, 12);
  for (const [a, b] of [[text, other] as const, [text, text.replaceAll(" ", "")] as const]) {
    const distance = textKind.distance(a, b);
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThanOrEqual(1);
    expect(textKind.distance(b, a)).toBe(distance);
    expect(textKind.apply(a, textKind.diff(a, b))).toBe(b);
  }
});
