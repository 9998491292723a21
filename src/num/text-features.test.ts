import fc from "fast-check";
import { expect, test } from "vitest";
import { murmur3 } from "./murmur3.ts";
import type { Csr } from "./sparse.ts";
import reference from "./text-features.reference.json" with { type: "json" };
import { fitIdf, hashedCounts, hashedTextFeatures, Idf } from "./text-features.ts";
import { tokenise } from "./tokens.ts";

const { texts } = reference;

function referenceCase(name: string) {
  const found = reference.cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`no reference case ${name}`);
  return found;
}

function expectRows(actual: Csr, name: string) {
  const { rows, buckets } = referenceCase(name);
  expect(actual.cols).toBe(buckets);
  expect(actual.rows).toBe(rows.length);
  rows.forEach((row, i) => {
    const [start, end] = [actual.indptr[i], actual.indptr[i + 1]];
    expect(Array.from(actual.indices.subarray(start, end))).toEqual(row.indices);
    actual.values.subarray(start, end).forEach((value, p) => {
      const expected = row.values[p] as number;
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(reference.rtol * Math.abs(expected));
    });
  });
}

test.each(reference.murmur3)("murmur3 of $text", ({ text, hash }) => {
  expect(murmur3(new TextEncoder().encode(text))).toBe(hash);
});

test("tokens as scikit-learn's, beyond ASCII too", () => {
  expect(texts.map(tokenise)).toEqual(reference.tokens);
});

test.each([
  ["unsigned", {}],
  ["bigrams", { buckets: 1000, ngrams: [1, 2] as const }],
  ["signed", { buckets: 64, ngrams: [1, 3] as const, signed: true }],
])("counts as HashingVectorizer's: %s", (name, options) => {
  expectRows(hashedCounts(texts, options), name);
});

test("log-tf as TfidfTransformer's sublinear_tf", () => {
  expectRows(hashedTextFeatures(texts), "log-tf");
});

test("tf-idf as TfidfTransformer's, with weights that went through JSON", () => {
  const idf = Idf.parse(JSON.parse(JSON.stringify(fitIdf(hashedCounts(texts)))));
  expectRows(hashedTextFeatures(texts, { weighting: "tf-idf", idf }), "tf-idf");
});

test("a row does not depend on the texts beside it", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 6 }), (some) => {
      const together = hashedTextFeatures(some, { buckets: 64 });
      some.forEach((text, i) => {
        const alone = hashedTextFeatures([text], { buckets: 64 });
        const [start, end] = [together.indptr[i], together.indptr[i + 1]];
        expect(together.indices.slice(start, end)).toEqual(alone.indices);
        expect(together.values.slice(start, end)).toEqual(alone.values);
      });
    }),
    { seed: 1, numRuns: 40 },
  );
});

test("rows have unit length, or are zero where there is no token", () => {
  fc.assert(
    fc.property(fc.array(fc.lorem({ maxCount: 30 })), fc.boolean(), (some, signed) => {
      const x = hashedTextFeatures([...some, "?"], { buckets: 16, signed });
      for (let i = 0; i < x.rows; i++) {
        const row = x.values.subarray(x.indptr[i], x.indptr[i + 1]);
        const length = Math.hypot(...row);
        expect(row.length === 0 ? 1 : length).toBeCloseTo(1, 5);
      }
      expect(x.indptr[x.rows]).toBe(x.indptr[x.rows - 1]);
    }),
    { seed: 2 },
  );
});

test("without normalisation the weights themselves come back", () => {
  const x = hashedTextFeatures(["spam spam ham"], { normalise: "none" });
  expect(Array.from(x.values).sort()).toEqual([1, Math.fround(1 + Math.log(2))]);
});

test("no texts are no rows", () => {
  expect(hashedTextFeatures([])).toMatchObject({ rows: 0, cols: 4096 });
});

test("options that make no sense are refused", () => {
  expect(() => hashedCounts([], { buckets: 0 })).toThrow(/buckets/);
  expect(() => hashedCounts([], { ngrams: [2, 1] })).toThrow(/ngrams/);
  const idf = fitIdf(hashedCounts(texts, { buckets: 8 }));
  expect(() => hashedTextFeatures(texts, { weighting: "tf-idf", idf })).toThrow(
    /fitted on 4096 buckets/,
  );
});

test("idf that is no idf is refused", () => {
  expect(Idf.safeParse({ documents: 2, weights: [null] }).success).toBe(false);
});
