import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isProblem } from "#core/errors.ts";
import type { TextEdit } from "#core/text.ts";
import {
  applyEdits,
  conflict,
  rebaseByContext,
  rebaseEdit,
  reverseEdits,
  withoutConflicts,
} from "./edits.ts";
import { texts } from "./text.fixture.ts";

const SEED = 20_240_117;
const TEXT = "the cat sat on the mat";

/** The edit that replaces what stands from `start` to `end`. */
const edit = (start: number, end: number, after: string, text = TEXT): TextEdit => ({
  start,
  end,
  before: text.slice(start, end),
  after,
});

describe("applyEdits", () => {
  test("edits are of the text as it was and come in any order", () => {
    expect(applyEdits(TEXT, [edit(19, 22, "rug"), edit(0, 3, "a"), edit(8, 8, "always ")])).toBe(
      "a cat always sat on the rug",
    );
    expect(applyEdits(TEXT, [])).toBe(TEXT);
    expect(applyEdits("", [edit(0, 0, "new", "")])).toBe("new");
  });

  test("an insertion at the edge of a replacement goes before it, or after", () => {
    expect(applyEdits(TEXT, [edit(4, 7, "dog"), edit(4, 4, "big ")])).toBe(
      "the big dog sat on the mat",
    );
    expect(applyEdits(TEXT, [edit(7, 7, "s"), edit(4, 7, "dog")])).toBe("the dogs sat on the mat");
  });

  test.each([
    [
      "lies outside",
      [edit(20, 22, ""), { start: 20, end: 30, before: "at", after: "" }],
      "between 0 and 22",
    ],
    ["lies outside", [{ start: 4, end: 3, before: "", after: "" }], "between 0 and 22"],
    ["is not of this text", [{ start: 0, end: 3, before: "The", after: "A" }], '"The" from 0 to 3'],
    ["is not of this text", [{ start: 0, end: 4, before: "the", after: "A" }], '"the" from 0 to 4'],
    ["same place", [edit(0, 7, ""), edit(4, 7, "dog")], "do not overlap"],
    ["same place", [edit(4, 4, "a "), edit(4, 4, "b ")], "do not overlap"],
    ["same place", [edit(0, 7, "x"), edit(2, 2, "y")], "do not overlap"],
  ])("an edit that %s is a problem", (title, edits, expected) => {
    let caught: unknown;
    try {
      applyEdits(TEXT, edits);
    } catch (error) {
      caught = error;
    }
    expect(isProblem(caught)).toBe(true);
    if (!isProblem(caught)) return;
    expect(caught.message).toContain(title);
    expect(caught.kind).toBe("bad-input");
    expect(caught.detail.expected).toContain(expected);
    expect(caught.detail.got).toBeTruthy();
  });
});

test("reversing is in the text that was made; deletions side by side come back as one", () => {
  expect(reverseEdits([edit(8, 8, "always "), edit(0, 3, "a")])).toEqual([
    { start: 0, end: 1, before: "a", after: "the" },
    { start: 6, end: 13, before: "always ", after: "" },
  ]);
  expect(reverseEdits([edit(4, 8, ""), edit(0, 4, "")])).toEqual([
    { start: 0, end: 0, before: "", after: "the cat " },
  ]);
});

test("what stands in each other's way", () => {
  expect(conflict(edit(0, 3, "a"), edit(2, 5, "b"))).toBe(true);
  expect(conflict(edit(0, 3, "a"), edit(3, 5, "b"))).toBe(false);
  expect(conflict(edit(4, 4, "a"), edit(4, 4, "b"))).toBe(true);
  expect(conflict(edit(5, 5, "a"), edit(4, 7, "b"))).toBe(true);
  expect(conflict(edit(4, 4, "a"), edit(4, 7, "b"))).toBe(false);
  expect(conflict(edit(7, 7, "a"), edit(4, 7, "b"))).toBe(false);
  // Beside a deletion, where the insertion would stand in for what is deleted.
  expect(conflict(edit(4, 4, "a"), edit(4, 7, ""))).toBe(true);
  expect(conflict(edit(7, 7, "a"), edit(4, 7, ""))).toBe(true);
  expect(conflict(edit(4, 7, "b"), edit(4, 7, "b"))).toBe(true);
});

test("the higher score stays, ties go to the earlier place, and all come back in order", () => {
  const scored = [
    { edit: edit(4, 11, "x"), score: 0.5 },
    { edit: edit(0, 7, "y"), score: 0.9 },
    { edit: edit(12, 14, "u"), score: 0.4 },
    { edit: edit(12, 14, "v"), score: 0.4 },
    { edit: edit(8, 11, "w"), score: 0.1 },
  ];
  const { kept, dropped } = withoutConflicts(scored, ({ score }) => score);
  expect(kept.map((each) => each.edit.after)).toEqual(["y", "w", "u"]);
  expect(dropped.map((each) => each.edit.after)).toEqual(["x", "v"]);
});

test("an edit moves with what is changed before it and is gone where it was touched", () => {
  const mat = edit(19, 22, "rug");
  expect(rebaseEdit(mat, [edit(0, 4, ""), edit(8, 8, "often ")])).toEqual({
    ...mat,
    start: 21,
    end: 24,
  });
  expect(rebaseEdit(mat, [edit(21, 22, "p")])).toBeNull();
  expect(rebaseEdit(mat, [])).toEqual(mat);
});

describe("rebaseByContext", () => {
  const moved = (to: string, of = edit(19, 22, "rug")) => rebaseByContext(of, TEXT, to);

  test("the words around find it, on one side if need be", () => {
    expect(moved(`Yesterday, ${TEXT}`)?.start).toBe(30);
    expect(moved("a dog and a cat sat on the mat!")?.start).toBe(27);
    expect(moved("the cat sat on the mat and slept")?.start).toBe(19);
    expect(moved("the cat quickly sat on the mat", edit(8, 11, "lay"))?.start).toBe(16);
    expect(moved("the cat sat on our mat", edit(11, 11, " still"))?.start).toBe(11);
  });

  test("gone, or in two places, it is null", () => {
    expect(moved("the cat sat on the rug")).toBeNull();
    expect(moved(`${TEXT}. ${TEXT}`)).toBeNull();
    expect(moved("")).toBeNull();
    expect(moved("the cat sat on the matter")).toBeNull();
  });

  test("an edit of another text is a problem", () => {
    expect(() => rebaseByContext(edit(0, 3, "a"), "another", "text")).toThrow("not of this text");
  });
});

/** Edits of a text anywhere, many of which conflict. */
const editsOf = (text: string) =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(6), fc.constantFrom("", "x", "yy ", "😀")), {
      maxLength: 12,
    })
    .map((drawn) =>
      drawn.map(([start, length, after]) => ({
        edit: edit(start, Math.min(text.length, start + length), after, text),
      })),
    );

const cases = texts.chain((text) =>
  fc.record({ text: fc.constant(text), edits: editsOf(text), order: fc.infiniteStream(fc.nat()) }),
);

test("applied and reversed, a text is what it was", () => {
  fc.assert(
    fc.property(cases, ({ text, edits }) => {
      const kept = withoutConflicts(edits, () => 0).kept.map((each) => each.edit);
      const reversed = reverseEdits(kept);
      expect(applyEdits(applyEdits(text, kept), reversed)).toBe(text);
      expect(applyEdits(text, reverseEdits(reversed))).toBe(applyEdits(text, kept));
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test("edits free of conflict can be applied one at a time, in any order, to the same end", () => {
  fc.assert(
    fc.property(cases, ({ text, edits, order }) => {
      const { kept, dropped } = withoutConflicts(edits, ({ edit: { after } }) => after.length);
      const once = applyEdits(
        text,
        kept.map((each) => each.edit),
      );
      let left = kept.map((each) => each.edit);
      let stepwise = text;
      while (left.length > 0) {
        const [next] = left.splice(order.next().value % left.length, 1);
        if (next === undefined) break;
        stepwise = applyEdits(stepwise, [next]);
        left = left.map((each) => {
          const rebased = rebaseEdit(each, [next]);
          expect(rebased).not.toBeNull();
          return rebased ?? each;
        });
      }
      expect(stepwise).toBe(once);
      for (const { edit: out } of dropped)
        expect(kept.some((each) => conflict(each.edit, out))).toBe(true);
    }),
    { seed: SEED, numRuns: 400 },
  );
});
