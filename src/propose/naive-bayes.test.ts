import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import reference from "./naive-bayes.reference.json" with { type: "json" };
import { NaiveBayesJson, naiveBayesOf, tokensOf, trainNaiveBayes } from "./naive-bayes.ts";

/** Within the reference's relative tolerance, entry by entry; 0 within 1e-12. */
const closeTo =
  (expected: readonly number[] = []) =>
  (got: readonly number[]): boolean =>
    got.length === expected.length &&
    expected.every(
      (e, i) => Math.abs((got[i] ?? Number.NaN) - e) <= reference.rtol * Math.max(1, Math.abs(e)),
    );

test.each(reference.cases)("agrees with scikit-learn: $classes, alpha $alpha", (given) => {
  const { classes, alpha, train, test: texts } = given;
  const model = unwrap(trainNaiveBayes(train, { classes, alpha }));
  const json = model.toJSON();
  expect(json.vocabulary).toEqual(given.vocabulary);
  expect(json.logPrior).toSatisfy(closeTo(given.logPrior));
  for (const [c, row] of json.logLikelihood.entries())
    expect(row).toSatisfy(closeTo(given.logLikelihood[c]));
  for (const [i, text] of texts.entries())
    expect(Array.from(model.logPosterior(text))).toSatisfy(closeTo(given.logPosterior[i]));
});

test("by hand: two mails, one word each, Laplace", () => {
  const train = [
    { text: "cash cash", label: "spam" },
    { text: "lunch", label: "ham" },
  ];
  const model = unwrap(trainNaiveBayes(train, { classes: ["spam", "ham"] }));
  // P(cash|spam) = (2+1)/(2+2) = 3/4, P(cash|ham) = (0+1)/(1+2) = 1/3; priors equal: 9/13.
  expect(model.classify("cash")).toMatchObject({ label: "spam" });
  expect(model.classify("cash").probability).toBeCloseTo(9 / 13, 12);
  expect(model.classify("unknown words").probability).toBeCloseTo(1 / 2, 12);
});

test("posteriors sum to 1 and are finite, even for a text of 100,000 words", () => {
  const train = [
    { text: "cash now", label: "spam" },
    { text: "lunch now", label: "ham" },
  ];
  const model = unwrap(trainNaiveBayes(train, { classes: ["spam", "ham"] }));
  const scores = model.logPosterior("cash ".repeat(100_000));
  expect(scores[0]).toBeCloseTo(0, 12);
  expect(Number.isFinite(scores[1])).toBe(true);
});

test("a class without a training text is an outcome with its name", () => {
  const result = trainNaiveBayes([{ text: "a", label: "spam" }], {
    classes: ["spam", "ham", "news"],
  });
  expect(result).toEqual({ ok: false, error: { kind: "missing-class", missing: ["ham", "news"] } });
});

test("a label outside the classes is a bug of the caller", () => {
  expect(() => trainNaiveBayes([{ text: "a", label: "x" }], { classes: ["spam", "ham"] })).toThrow(
    '"x"',
  );
});

test("it comes back from its JSON the same", () => {
  const train = [
    { text: "free cash", label: "spam" },
    { text: "patch the kernel", label: "ham" },
  ];
  const model = unwrap(trainNaiveBayes(train, { classes: ["spam", "ham"] }));
  const json = NaiveBayesJson.parse(JSON.parse(JSON.stringify(model)));
  expect(naiveBayesOf(json).logPosterior("free kernel")).toEqual(model.logPosterior("free kernel"));
  expect(() => naiveBayesOf({ ...json, logPrior: [0] })).toThrow("for each class");
});

test("tokens are runs of two letters or more, in lower case, of any script", () => {
  expect(tokensOf("Re: Don't PANIC, c'est l'été n°42 — 漢字!")).toEqual([
    "re",
    "don",
    "panic",
    "est",
    "été",
    "42",
    "漢字",
  ]);
});
