import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { type CorruptionRates, corruptText } from "./text.ts";

const NONE: CorruptionRates = { typo: 0, article: 0, wordy: 0, slip: 0, connective: 0 };
const ALL: CorruptionRates = { typo: 1, article: 1, wordy: 1, slip: 1, connective: 1 };

const TEXT =
  "Many people went to the old market because it was good. But the `wonderful` children of 1999 do not " +
  "remember, although a number of them live near https://example.org/because and “because” it rains.";

test("at rate 0 nothing is spoilt", () => {
  expect(corruptText(TEXT, rngOf(1), NONE)).toEqual({ text: TEXT, corruptions: [], inverse: [] });
  expect(corruptText("", rngOf(1), ALL)).toEqual({ text: "", corruptions: [], inverse: [] });
});

test("each kind by itself, where everything that can be spoilt is", () => {
  const only = (kind: keyof CorruptionRates) => corruptText(TEXT, rngOf(1), { ...NONE, [kind]: 1 });
  const pairs = (kind: keyof CorruptionRates) =>
    only(kind).corruptions.map(({ edit }) => `${edit.before}|${edit.after}`);
  expect(pairs("wordy")).toEqual([
    "Many|A large number of",
    "to|in order to",
    "because|due to the fact that",
    "although|despite the fact that",
    "near|in close proximity to",
  ]);
  expect(pairs("article")).toEqual(["the |", "the |", "a |"].filter((_, i) => i !== 1));
  expect(pairs("slip")).toEqual([
    "people|folks",
    "good|pretty good",
    "children|kids",
    "do not|don't",
  ]);
  expect(pairs("connective")).toEqual(["But|But however", "and|and also"]);
  expect(only("typo").corruptions.every(({ edit }) => edit.before.length >= 5)).toBe(true);
  expect(only("typo").corruptions.map(({ intent }) => intent)).toContain("fluency");
});

test("code, addresses, numbers and quoted text stay as they are", () => {
  const { text } = corruptText(TEXT, rngOf(2), ALL);
  for (const kept of ["`wonderful`", "1999", "https://example.org/because", "“because”"])
    expect(text).toContain(kept);
});

test("a typo keeps the first letter and is one slip: swapped, left out, doubled, or the key beside", () => {
  for (let seed = 0; seed < 300; seed++) {
    const [spoilt] = corruptText("market", rngOf(seed), { ...NONE, typo: 1 }).corruptions;
    const after = spoilt?.edit.after ?? "";
    expect(after).toMatch(/^m/);
    expect(after).not.toBe("market");
    expect(Math.abs(after.length - 6)).toBeLessThanOrEqual(1);
  }
});

test("the inverse gives the clean text back, one edit for each corruption", () => {
  const word = fc.constantFrom(
    ..."to because the a an but very people house going not do often, Market. (through) can't 😀 e\u0301t\u00e9 before\n".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), fc.nat(), (words, seed) => {
      const clean = words.join(" ");
      const { text, corruptions, inverse } = corruptText(clean, rngOf(seed), ALL);
      expect(inverse).toHaveLength(corruptions.length);
      expect(applyEdits(text, inverse)).toBe(clean);
      for (const [i, { edit }] of corruptions.entries()) {
        expect(inverse[i]?.before).toBe(edit.after);
        expect(inverse[i]?.after).toBe(edit.before);
      }
    }),
    { seed: 5, numRuns: 200 },
  );
});

test("the rates are kept to, and one rate changed leaves the other kinds' draws alone", () => {
  const long = Array.from({ length: 400 }, (_, i) => `remember${"abcdefghij"[i % 10]} to`).join(
    " ",
  );
  const kinds = (rates: Partial<CorruptionRates>) => corruptText(long, rngOf(3), rates).corruptions;
  const typos = kinds({}).filter(({ kind }) => kind === "typo").length;
  const wordy = kinds({}).filter(({ kind }) => kind === "wordy").length;
  // Binomial(400, 0.06) and Binomial(400, 0.25): outside with probability below 1e-9.
  expect(typos).toBeGreaterThan(3);
  expect(typos).toBeLessThan(62);
  expect(wordy).toBeGreaterThan(50);
  expect(wordy).toBeLessThan(160);
  expect(kinds({ wordy: 0 }).filter(({ kind }) => kind === "typo")).toEqual(
    kinds({}).filter(({ kind }) => kind === "typo"),
  );
});
