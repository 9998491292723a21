import fc from "fast-check";
import { expect, test } from "vitest";
import { levenshtein, normalisedLevenshtein, wordLevenshtein } from "./levenshtein.ts";
import reference from "./text.reference.json" with { type: "json" };

const SEED = 20_240_117;

test("distances are those of RapidFuzz, which counts code points", () => {
  for (const { a, b, characters, words, normalised } of reference.cases.distances) {
    expect(levenshtein(a, b), `${a} → ${b}`).toBe(characters);
    expect(wordLevenshtein(a, b)).toBe(words);
    expect(normalisedLevenshtein(a, b)).toBeCloseTo(normalised, 12);
  }
});

test("what is equal, empty or wholly different", () => {
  expect(levenshtein("", "")).toBe(0);
  expect(normalisedLevenshtein("", "")).toBe(0);
  expect(normalisedLevenshtein("", "ab")).toBe(1);
  expect(levenshtein("a".repeat(1_000), "b".repeat(900))).toBe(1_000);
  expect(wordLevenshtein("  the  cat ", "the cat")).toBe(0);
  expect(wordLevenshtein("the cat", "The cat.")).toBe(2);
});

/** Wagner and Fischer (1974), a cell at a time. */
function plain(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, symbol] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(
        Math.min(
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
          (row[j] ?? 0) + (symbol === other ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

test("the band changes nothing: as the plain table, whatever the lengths and the distance", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "c", "é", "😀"), { maxLength: 260 });
  // A revision of a long text, so that the band is left narrow, and an unrelated text, so that it must grow.
  const revised = fc
    .tuple(
      letters,
      fc.array(fc.tuple(fc.nat(260), fc.constantFrom("", "x", "ab")), { maxLength: 12 }),
    )
    .map(([before, changes]) => {
      const after: string[] = [...before];
      for (const [at, put] of changes) after.splice(at, put === "ab" ? 0 : 1, ...put);
      return [before, after] as const;
    });
  fc.assert(
    fc.property(fc.oneof(fc.tuple(letters, letters), revised), ([a, b]) => {
      const expected = plain(a, b);
      expect(levenshtein(a.join(""), b.join(""))).toBe(expected);
      expect(levenshtein(b.join(""), a.join(""))).toBe(expected);
      expect(wordLevenshtein(a.join(" "), b.join(" "))).toBe(expected);
    }),
    { seed: SEED, numRuns: 150 },
  );
});

test("a megabyte with a few slips is a matter of a narrow band", () => {
  const text = "the quick brown fox jumps over ".repeat(33_000);
  const slips = `${text.slice(0, 300_000)}x${text.slice(300_001, 900_000)}${text.slice(900_003)}`;
  expect(levenshtein(text, slips)).toBe(4);
});
