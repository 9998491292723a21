import { tokenise } from "#num/tokens.ts";

/** A text as terms with their weights, of unit length; empty where it has no term. */
export type TermVector = ReadonlyMap<string, number>;

const STOP = new Set(
  (
    "an and are as at be but by can for from had has have in into is it its not of on or other some such than that " +
    "the their them then there these they this those to used usually very was we were what when where which who whose " +
    "will with within without one only any also more most being been"
  ).split(" "),
);

/** A plural without its s, so that "boats" meets "boat"; "ss", "us" and "is" are left alone. */
const singular = (word: string): string =>
  word.length > 4 && word.endsWith("ies")
    ? `${word.slice(0, -3)}y`
    : word.length > 3 && /[^sui]s$/.test(word)
      ? word.slice(0, -1)
      : word;

/** The words of a text that say what it is about, in order, repeats included. */
export const termsOf = (text: string): string[] =>
  tokenise(text)
    .filter((word) => !STOP.has(word))
    .map(singular);

/**
 * Tf-idf of some texts among themselves: (1 + ln count) · ln(1 + n / df), scaled to unit length. The
 * texts are their own background, so the commonest word of a topic says little within it.
 */
export function termVectors(texts: readonly string[]): TermVector[] {
  const counts = texts.map((text) => {
    const count = new Map<string, number>();
    for (const term of termsOf(text)) count.set(term, (count.get(term) ?? 0) + 1);
    return count;
  });
  const documents = new Map<string, number>();
  for (const count of counts)
    for (const term of count.keys()) documents.set(term, (documents.get(term) ?? 0) + 1);
  return counts.map((count) => {
    const weights = [...count].map(
      ([term, n]) =>
        [
          term,
          (1 + Math.log(n)) * Math.log(1 + texts.length / (documents.get(term) ?? 1)),
        ] as const,
    );
    const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight ** 2, 0));
    return new Map(weights.map(([term, weight]) => [term, weight / length]));
  });
}

/** Cosine of two vectors of unit length, in [0, 1]. */
export function termSimilarity(a: TermVector, b: TermVector): number {
  const [short, long] = a.size <= b.size ? [a, b] : [b, a];
  let dot = 0;
  for (const [term, weight] of short) dot += weight * (long.get(term) ?? 0);
  return Math.min(1, dot);
}
