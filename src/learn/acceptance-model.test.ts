import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { TextEdit } from "#core/text.ts";
import {
  AcceptanceModel,
  acceptProbability,
  editFeatures,
  emptyAcceptance,
  learnDecision,
} from "./acceptance-model.ts";

const spelling = (text: string, before: string, after: string) => {
  const start = text.indexOf(before);
  const edit: TextEdit = { start, end: start + before.length, before, after };
  return editFeatures(text, { edit, intent: "fluency", source: "spelling" });
};

test("nothing is known before a decision", () => {
  expect(acceptProbability(emptyAcceptance, { "edits at all": 1 })).toBeNull();
});

test("one step by hand: 0.15 (1 - 1/2) on each feature", () => {
  const model = learnDecision(emptyAcceptance, { a: 1, b: 0.5 }, true);
  expect(model).toEqual({ weights: { a: 0.075, b: 0.0375 }, decisions: 1 });
  expect(emptyAcceptance).toEqual({ weights: {}, decisions: 0 });
  // σ(0.075 + 0.5 · 0.0375) = σ(0.09375)
  expect(acceptProbability(model, { a: 1, b: 0.5 })).toBeCloseTo(0.523_420_3, 6);
  const second = learnDecision(model, { a: 1 }, false);
  // p = σ(0.075) = 0.5187412
  expect(second.weights.a).toBeCloseTo(0.075 - 0.15 * 0.518_741_2, 6);
  expect(second.weights.b).toBe(0.0375);
  expect(second.decisions).toBe(2);
});

test("features are named for a person", () => {
  expect(spelling("A BETA-2 test of gzipp.", "BETA-2", "beta-2")).toEqual({
    "edits at all": 1,
    "edits for fluency": 1,
    "edits by spelling": 1,
    "replacements by spelling": 1,
    "many words replaced": 0.2,
    "many words put in": 0.2,
    "long words replaced": 0.3,
    "shorter than before": 0,
    "like what stood there": expect.closeTo(1 - 4 / 6, 12),
    "late in the text": expect.closeTo(2 / 23, 12),
    "capitalised words": 1,
    "words in capitals": 1,
    "words with digits, hyphens or points": 1,
    "only case or blanks changed": 1,
  });
  expect(spelling("It is. Teh end.", "Teh", "The")).toMatchObject({
    "at the start of a sentence": 1,
    "capitalised words": 1,
  });
});

test("an empty text, an insertion and a deletion have features too, all within [0, 1]", () => {
  const edits = fc.record({ before: fc.string(), after: fc.string(), left: fc.string() });
  fc.assert(
    fc.property(edits, ({ before, after, left }) => {
      const edit = { start: left.length, end: left.length + before.length, before, after };
      const features = editFeatures(`${left}${before}`, { edit, intent: "style", source: "x" });
      for (const value of Object.values(features)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("a writer who takes one proposer and turns down another is told apart, and survives JSON", () => {
  const rng = rngOf("writer");
  const text = "The uncommon wrod in order to test.";
  const good = spelling(text, "wrod", "word");
  const bad = editFeatures(text, {
    edit: { start: 4, end: 13, before: "uncommon ", after: "" },
    intent: "clarity",
    source: "phrases",
  });
  let model = emptyAcceptance;
  for (let i = 0; i < 60; i++) {
    const isGood = rng.bernoulli(0.5);
    const says = isGood !== rng.bernoulli(0.08);
    model = learnDecision(model, isGood ? good : bad, says);
  }
  const read: unknown = JSON.parse(JSON.stringify(model));
  const kept = AcceptanceModel.parse(read);
  expect(acceptProbability(kept, good)).toBeGreaterThan(0.7);
  expect(acceptProbability(kept, bad)).toBeLessThan(0.3);
});

test("large weights end in 0 and 1, never in NaN", () => {
  const model = { weights: { a: 1e6 }, decisions: 1 };
  expect(acceptProbability(model, { a: 1 })).toBe(1);
  expect(acceptProbability(model, { a: -1 })).toBe(0);
});
