/** Multinomial naive Bayes over the words of a text, for any number of classes (Manning et al. 2008, §13.2). */
import { z } from "zod";
import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";

/** Lower-case runs of two or more letters, digits or underscores: scikit-learn's own default tokens. */
export const tokensOf = (text: string): string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];

export const NaiveBayesJson = z.strictObject({
  classes: z.array(z.string()).min(2),
  vocabulary: z.array(z.string()),
  /** [k] log prior, nats. */
  logPrior: z.array(z.number()),
  /** [k][vocabulary] log probability of a word given the class, nats. */
  logLikelihood: z.array(z.array(z.number())),
});
export type NaiveBayesJson = z.infer<typeof NaiveBayesJson>;

export interface NaiveBayes {
  readonly classes: readonly string[];
  /** [k] log posterior up to nothing: it is normalised. Words never trained on are left out. Nats. */
  logPosterior(text: string): Float64Array;
  /** The likeliest class and its posterior; the first of the likeliest on a tie. */
  classify(text: string): { readonly label: string; readonly probability: number };
  toJSON(): NaiveBayesJson;
}

export interface TrainingText {
  readonly text: string;
  readonly label: string;
}

/** No class can be told apart from one example: a class of the set has no training text. */
export interface MissingClass {
  readonly kind: "missing-class";
  readonly missing: readonly string[];
}

export interface NaiveBayesOptions {
  readonly classes: readonly string[];
  /** Laplace's pseudo-count, added to every count of a word in a class. */
  readonly alpha?: number;
}

export function trainNaiveBayes(
  examples: readonly TrainingText[],
  { classes, alpha = 1 }: NaiveBayesOptions,
): Result<NaiveBayes, MissingClass> {
  assert(alpha > 0, "the pseudo-count is above 0");
  const classIndex = new Map(classes.map((label, c) => [label, c]));
  const documents = new Float64Array(classes.length);
  const words = new Map<string, Float64Array>();
  const totals = new Float64Array(classes.length);
  for (const { text, label } of examples) {
    const c = classIndex.get(label);
    assert(c !== undefined, `the label "${label}" is one of the classes`);
    documents[c] = (documents[c] ?? 0) + 1;
    for (const word of tokensOf(text)) {
      const counts = words.get(word) ?? new Float64Array(classes.length);
      counts[c] = (counts[c] ?? 0) + 1;
      totals[c] = (totals[c] ?? 0) + 1;
      words.set(word, counts);
    }
  }
  const missing = classes.filter((_, c) => documents[c] === 0);
  if (missing.length > 0) return err({ kind: "missing-class", missing });
  const vocabulary = [...words.keys()].sort();
  return ok(
    naiveBayesOf({
      classes: [...classes],
      vocabulary,
      logPrior: Array.from(documents, (count) => Math.log(count / examples.length)),
      logLikelihood: classes.map((_, c) => {
        const total = (totals[c] ?? 0) + alpha * vocabulary.length;
        return vocabulary.map((word) => Math.log(((words.get(word)?.[c] ?? 0) + alpha) / total));
      }),
    }),
  );
}

/** A trained model from its JSON (parse it with `NaiveBayesJson` first where it comes from outside). */
export function naiveBayesOf(json: NaiveBayesJson): NaiveBayes {
  const { classes, vocabulary, logPrior, logLikelihood } = json;
  const sizes = logLikelihood.every((row) => row.length === vocabulary.length);
  assert(
    logPrior.length === classes.length && logLikelihood.length === classes.length && sizes,
    "a prior and a row of the vocabulary's length for each class",
  );
  const wordIndex = new Map(vocabulary.map((word, w) => [word, w]));
  const logPosterior = (text: string): Float64Array => {
    const scores = Float64Array.from(logPrior);
    for (const word of tokensOf(text)) {
      const w = wordIndex.get(word);
      if (w === undefined) continue;
      for (let c = 0; c < scores.length; c++)
        scores[c] = (scores[c] ?? 0) + (logLikelihood[c]?.[w] ?? 0);
    }
    const top = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
    return scores.map((score) => score - top - Math.log(total));
  };
  return {
    classes,
    logPosterior,
    classify: (text) => {
      const scores = logPosterior(text);
      const best = scores.indexOf(Math.max(...scores));
      const label = classes[best];
      assert(label !== undefined, "scores are finite");
      return { label, probability: Math.exp(scores[best] ?? 0) };
    },
    toJSON: () => json,
  };
}
