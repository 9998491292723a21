import { describe, expect, test } from "vitest";
import { corpusBleu, sentenceBleu } from "./bleu.ts";
import { corpusGleu, sentenceGleu } from "./gleu.ts";
import { tokens13a } from "./ngrams.ts";
import { corpusSari, sari, sariParts } from "./sari.ts";
import reference from "./text.reference.json" with { type: "json" };

const { revisions, tokens, corpus } = reference.cases;
const near = (got: number, expected: number, what: string) =>
  expect(Math.abs(got - expected), `${what}: ${got}, expected ${expected}`).toBeLessThanOrEqual(
    reference.rtol * Math.max(1, Math.abs(expected)),
  );

describe("against sacreBLEU, NLTK and the SARI of Hugging Face evaluate", () => {
  test("tokens", () => {
    for (const each of tokens) expect(tokens13a(each.text)).toEqual(each.tokens);
  });

  test("each revision", () => {
    for (const each of revisions) {
      near(sari(each), each.sari, `SARI of ${each.output}`);
      near(sentenceBleu(each), each.bleu, `BLEU of ${each.output}`);
      near(sentenceGleu(each), each.gleu, `GLEU of ${each.output}`);
    }
  });

  test("the corpus", () => {
    near(corpusSari(revisions), corpus.sari, "SARI");
    near(corpusBleu(revisions), corpus.bleu, "BLEU");
    near(corpusGleu(revisions), corpus.gleu, "GLEU");
  });
});

test("the three parts of SARI, by hand", () => {
  const parts = (source: string, output: string, right: string) =>
    Object.values(sariParts({ source, output, references: [right] }));
  expect(parts("b", "b", "b")).toEqual([1, 1, 1]);
  // Of single words nothing is done right; longer n-grams do not occur: three of the four orders are 0/0, which is 1.
  expect(parts("b", "x", "b")).toEqual([0.75, 0.75, 0.75]);
  // Nothing was to be kept and nothing was; b had to go and went; y was due, x came.
  expect(parts("b", "x", "y")).toEqual([1, 1, 0.75]);
});

test("an output that says nothing right has no BLEU and no GLEU, and no reference is a bug", () => {
  expect(sentenceBleu({ output: "x y", references: ["a b"] })).toBe(0);
  expect(sentenceGleu({ output: "", references: [""] })).toBe(0);
  expect(sentenceBleu({ output: "a b c d e", references: ["a b c d e"] })).toBeCloseTo(100, 12);
  for (const score of [sentenceBleu, sentenceGleu])
    expect(() => score({ output: "x", references: [] })).toThrow("at least one reference");
  expect(() => sari({ source: "", output: "", references: [] })).toThrow("at least one reference");
  for (const score of [corpusBleu, corpusGleu, corpusSari])
    expect(() => score([])).toThrow("at least one");
});
