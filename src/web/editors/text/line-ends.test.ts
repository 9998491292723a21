import { expect, test } from "vitest";
import type { DocumentView } from "#core/revision.ts";
import { editInCrlf, endsInCrlf, toCrlf, toLf, viewInLf } from "./line-ends.ts";

test("only a text whose every line ends in CR LF is translated", () => {
  expect(endsInCrlf("one\r\ntwo\r\n")).toBe(true);
  expect(endsInCrlf("one\ntwo")).toBe(false);
  expect(endsInCrlf("one\r\ntwo\nthree")).toBe(false);
  expect(endsInCrlf("one\r\ntwo\rthree")).toBe(false);
  expect(endsInCrlf("\nfirst")).toBe(false);
  expect(endsInCrlf("no line ends")).toBe(false);
  expect(endsInCrlf("")).toBe(false);
});

test("offsets go over and come back", () => {
  const text = "One 😀\r\n\r\ntwo teh three\r\nend";
  const start = text.indexOf("teh");
  const edit = { start, end: start + 3, before: "teh", after: "the\r\nnew" };
  // Text and edits are all that is looked at.
  const view = { text, edits: [{ edit }] } as unknown as DocumentView;
  const there = viewInLf(view);
  expect(there.text).toBe(toLf(text));
  const moved = there.edits[0]?.edit;
  expect(moved).toEqual({ start: start - 2, end: start + 1, before: "teh", after: "the\nnew" });
  const lines = (offset: number) => there.text.slice(0, offset).split("\n").length - 1;
  expect(moved === undefined ? null : editInCrlf(moved, lines)).toEqual(edit);
  expect(toCrlf(there.text)).toBe(text);
});

test("an edit over a line end takes both its characters", () => {
  const text = "a\r\nb";
  const view = {
    text,
    edits: [{ edit: { start: 1, end: 3, before: "\r\n", after: " " } }],
  } as unknown as DocumentView;
  expect(viewInLf(view).edits[0]?.edit).toEqual({ start: 1, end: 2, before: "\n", after: " " });
});
