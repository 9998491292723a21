import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { offsetsOf } from "./offsets.ts";
import { readTextFile, writeTextFile } from "./plain.ts";
import { texts } from "./text.fixture.ts";
import { applyUnifiedDiff, unifiedDiff } from "./unified-diff.ts";

const SEED = 20_240_117;
const bytes = (text: string) => new TextEncoder().encode(text);

describe("unified diffs", () => {
  test("three lines around a change, and a line that ends without a line feed said so", () => {
    const before = "1\n2\n3\n4\n5\n6\n7";
    const patch = unifiedDiff(before, before.replace("5", "five"), "a\nb.txt");
    expect(patch).toContain("--- a b.txt\n+++ a b.txt\n@@ -2,6 +2,6 @@\n 2\n 3\n 4\n-5\n+five\n");
    expect(patch).toContain("\\ No newline at end of file");
    expect(applyUnifiedDiff(before, patch)).toBe(before.replace("5", "five"));
  });

  test("applied, a diff gives the other text, line ends and all", () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        expect(applyUnifiedDiff(before, unifiedDiff(before, after, "x"))).toBe(after);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("of texts with thousands of lines and none in common", () => {
    const lines = (mark: string) => Array.from({ length: 6_000 }, (_, i) => mark + i).join("\n");
    for (const end of ["", "\n"]) {
      const [before, after] = [lines("a") + end, lines("b")];
      expect(applyUnifiedDiff(before, unifiedDiff(before, after, "x")) === after).toBe(true);
    }
  });

  test("a patch of another text, of several files, or none at all is a problem", () => {
    const patch = unifiedDiff("a\nb\n", "a\nc\n", "x");
    expect(() => applyUnifiedDiff("quite\nanother\n", patch)).toThrow("does not fit");
    expect(() => applyUnifiedDiff("a\r\nb\r\n", patch)).toThrow("does not fit");
    expect(() => applyUnifiedDiff("a\nb\n", patch + patch)).toThrow("not of one file");
    expect(() => applyUnifiedDiff("a", "@@ -1 +1 @@\nnonsense")).toThrow("not a unified diff");
    expect(() => applyUnifiedDiff("a", "")).toThrow("not a unified diff");
  });
});

describe("text files", () => {
  test("title and format come from the name and the first heading", () => {
    expect(readTextFile(bytes("\ufeffx\r\n"), "notes/draft.v2.txt")).toEqual({
      title: "draft.v2",
      format: "plain",
      text: "x\r\n",
    });
    expect(readTextFile(bytes("intro\r\n# The title #\r\n"), "a.MD").title).toBe("The title");
    expect(readTextFile(bytes("no heading"), "a.md")).toMatchObject({
      title: "a",
      format: "markdown",
    });
    expect(readTextFile(bytes(""), ".hidden").title).toBe(".hidden");
  });

  test("the text comes back byte for byte", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const file = bytes(text);
        expect(writeTextFile(readTextFile(file, "x.txt"))).toEqual(file);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test("other encodings are refused by the byte", () => {
    expect(() => readTextFile(new Uint8Array([0xff, 0xfe, 65, 0]), "a.txt")).toThrow("UTF-16");
    expect(() => readTextFile(new Uint8Array([65, 0xe9, 66]), "a.txt")).toThrow("not UTF-8");
  });
});

test("offsets convert both ways, and none is inside a pair", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const offsets = offsetsOf(text);
      const points = [...text];
      let at = 0;
      for (const [i, point] of points.entries()) {
        expect(offsets.toUnits(i)).toBe(at);
        expect(offsets.toPoints(at)).toBe(i);
        if (point.length === 2) expect(offsets.toPoints(at + 1)).toBeUndefined();
        at += point.length;
      }
      expect(offsets.toUnits(points.length)).toBe(text.length);
      expect(offsets.toPoints(text.length)).toBe(points.length);
      for (const outside of [-1, points.length + 1, 0.5])
        expect(offsets.toUnits(outside)).toBeUndefined();
      expect(offsets.toPoints(text.length + 1)).toBeUndefined();
    }),
    { seed: SEED, numRuns: 200 },
  );
});
