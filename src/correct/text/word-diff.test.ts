import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TextEdit } from "#core/text.ts";
import { applyEdits } from "./edits.ts";
import { revisions, texts } from "./text.fixture.ts";
import { characters, tokensOf, type Units, words } from "./tokens.ts";
import { charDiff, wordDiff } from "./word-diff.ts";

const SEED = 20_240_117;
const short = (edits: readonly TextEdit[]) =>
  edits.map(({ start, before, after }) => [start, before, after]);

describe("wordDiff", () => {
  test.each<[string, string, [number, string, string][]]>([
    ["see cat", "see the cat", [[4, "", "the "]]],
    ["a very big cat", "a cat", [[2, "very big ", ""]]],
    ["cat.", "cat today.", [[3, "", " today"]]],
    // One change of two words is one decision; words between keep two changes apart.
    ["the big cat sat", "a small cat sat", [[0, "the big", "a small"]]],
    [
      "teh cat adn I",
      "the cat and I",
      [
        [0, "teh", "the"],
        [8, "adn", "and"],
      ],
    ],
    // A line break keeps two apart as well.
    [
      "teh\nadn",
      "the\nand",
      [
        [0, "teh", "the"],
        [4, "adn", "and"],
      ],
    ],
    ["x don't 3.14 1,000", "x doesn't 3.15 1,001", [[2, "don't 3.14 1,000", "doesn't 3.15 1,001"]]],
    ["so, yes", "so; yes", [[2, ",", ";"]]],
    ["a  b", "a b", [[1, "  ", " "]]],
    ["a\r\nb", "a\nb", [[1, "\r\n", "\n"]]],
    ["x😀y", "x😁y", [[1, "😀", "😁"]]],
    ["👩‍💻 ok", "👩‍🔬 ok", [[0, "👩‍💻", "👩‍🔬"]]],
    ["cafe\u0301 x", "cafe x", [[0, "cafe\u0301", "cafe"]]],
    ["我喜欢猫", "我喜欢狗", [[3, "猫", "狗"]]],
    ["", "abc", [[0, "", "abc"]]],
    ["abc", "", [[0, "abc", ""]]],
    ["", "", []],
    ["same", "same", []],
  ])("%j to %j", (before, after, expected) => {
    expect(short(wordDiff(before, after))).toEqual(expected);
  });
});

test("charDiff cuts a word into what no writer would call a decision", () => {
  expect(short(charDiff("expansion", "expanse"))).toEqual([[6, "ion", "e"]]);
  expect(charDiff("the house", "a mouse").length).toBeGreaterThan(
    wordDiff("the house", "a mouse").length,
  );
});

/** Whether an offset falls inside a surrogate pair or a CRLF. */
const splits = (text: string, at: number) =>
  /^(?:[\ud800-\udbff][\udc00-\udfff]|\r\n)$/.test(text.slice(at - 1, at + 1));

test("applied, a difference gives the other text, splits no character, and says only what differs", () => {
  fc.assert(
    fc.property(fc.oneof(revisions, fc.record({ before: texts, after: texts })), (pair) => {
      const { before, after } = pair;
      for (const diff of [wordDiff, charDiff]) {
        const edits = diff(before, after);
        expect(applyEdits(before, edits)).toBe(after);
        expect(edits.length === 0).toBe(before === after);
        let shift = 0;
        let last = -1;
        for (const edit of edits) {
          expect(edit.before).not.toBe(edit.after);
          expect(edit.start).toBeGreaterThan(last);
          last = edit.end;
          const place = edit.start + shift;
          for (const [text, at] of [
            [before, edit.start],
            [before, edit.end],
            [after, place],
            [after, place + edit.after.length],
          ] as const)
            expect(splits(text, at)).toBe(false);
          shift += edit.after.length - edit.before.length;
        }
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});

/** Tokens of a whole text, and how many are neither first nor last of two texts' shared ones: the plain table. */
function fewest(before: string, after: string, units: Units): number {
  const whole = (text: string) => ({ text, start: 0, end: text.length });
  const [a, b] = tokensOf(whole(before), whole(after), units);
  let row = new Array<number>(b.ids.length + 1).fill(0);
  for (const id of a.ids) {
    const next = [0];
    for (const [j, other] of b.ids.entries())
      next.push(id === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    row = next;
  }
  return a.ids.length + b.ids.length - 2 * (row[b.ids.length] ?? 0);
}

test("no fewer tokens would do", () => {
  fc.assert(
    fc.property(revisions, ({ before, after }) => {
      const changed = charDiff(before, after).reduce((sum, edit) => {
        const none = { text: "", start: 0, end: 0 };
        const count = (text: string) =>
          tokensOf({ text, start: 0, end: text.length }, none, characters)[0].ids.length;
        return sum + count(edit.before) + count(edit.after);
      }, 0);
      expect(changed).toBe(fewest(before, after, characters));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("tokens cover a text, and are numbered alike exactly where they are alike", () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      for (const units of [words, characters]) {
        const [a, b] = tokensOf(
          { text: before, start: 0, end: before.length },
          { text: after, start: 0, end: after.length },
          units,
        );
        const named = new Map<number, string>();
        for (const [text, { ids, starts }] of [[before, a] as const, [after, b] as const]) {
          expect(starts[0]).toBe(0);
          expect(starts[ids.length]).toBe(text.length);
          for (const [i, id] of ids.entries()) {
            const token = text.slice(starts[i], starts[i + 1]);
            expect(named.get(id) ?? token).toBe(token);
            named.set(id, token);
          }
        }
        expect(new Set(named.values()).size).toBe(named.size);
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test("many different words outgrow the first table", () => {
  const many = Array.from({ length: 3_000 }, (_, i) => `w${i}`);
  const [a] = tokensOf(
    { text: many.join(" "), start: 0, end: many.join(" ").length },
    { text: "", start: 0, end: 0 },
    words,
  );
  expect(new Set(a.ids).size).toBe(3_001);
});

test("texts with little in common, and a megabyte on one line, are bounded work and still right", () => {
  const some = (from: number, words_: number) =>
    Array.from({ length: words_ }, (_, i) => `w${(from + i * i * 7919) % 997}`).join(" ");
  const [a, b] = [some(1, 150_000), some(500, 140_000)];
  expect(applyEdits(a, wordDiff(a, b))).toBe(b);
  const slip = `${a.slice(0, 400_000)}x${a.slice(400_000)}`;
  expect(wordDiff(a, slip).length).toBe(1);
  const endless = "x".repeat(1_000_000);
  expect(wordDiff(endless, `${endless}y`).length).toBe(1);
});
