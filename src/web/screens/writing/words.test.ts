import { expect, test } from "vitest";
import { changeText, shareOf } from "#web/editors/text/said.ts";
import { passText, spoken, wordsEdited } from "./words.ts";

const edit = (before: string, after: string) => ({
  start: 0,
  end: before.length,
  before,
  after,
});

test("an edit is as large as the words put in or taken out, whichever is more", () => {
  expect(wordsEdited([edit("in order to", "to")])).toBe(3);
  expect(wordsEdited([edit("", "one two"), edit("three ", "")])).toBe(3);
  expect(wordsEdited([])).toBe(0);
});

test("an edit is said in words, with line ends and lone blanks to be seen", () => {
  expect(spoken(edit("teh", "the"))).toBe("teh to the");
  expect(spoken(edit("", " "))).toBe("insert ␣");
  expect(spoken(edit("a\nb", ""))).toBe("delete a↵b");
  expect(changeText(edit("teh", "the"))).toBe("“teh” → “the”");
  expect(changeText(edit("", "the"))).toBe("+ “the”");
  expect(changeText(edit("  ", ""))).toBe("− blank");
  expect(changeText(edit("x".repeat(60), ""))).toHaveLength(44);
});

test("a pass says where it stands", () => {
  expect(passText({ pass: 0, depthMax: 3 })).toBe("Pass 1 of 3");
  expect(passText({ pass: 2, depthMax: 3 })).toBe("Pass 2 of 3");
  expect(passText({ pass: 4, depthMax: 3 })).toBe("Pass 4, asked for");
});

test("what one key cost is shared among the edits it decided", () => {
  const share = shareOf({ ms: 900, gestures: 2, edit: 3 }, 3);
  expect([share(0), share(2)]).toEqual([
    { ms: 300, gestures: 2, edit: 1 },
    { ms: 300, gestures: 0, edit: 1 },
  ]);
});
