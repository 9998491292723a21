/** Order of the longest n-grams, as in all of BLEU, GLEU and SARI. */
export const ORDER = 4;

export type Counts = ReadonlyMap<string, number>;

/** How often each n-gram of `n` tokens occurs. Tokens hold no blank, so that a blank can join them. */
export function ngrams(tokens: readonly string[], n: number): Counts {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** [ORDER] counts of the n-grams of 1 to 4 tokens. */
export const allNgrams = (tokens: readonly string[]): Counts[] =>
  Array.from({ length: ORDER }, (_, i) => ngrams(tokens, i + 1));

export const totalOf = (counts: Counts): number => {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
};

/** N-grams that two texts share, each as often as the one that has it less. */
export function shared(a: Counts, b: Counts): number {
  let total = 0;
  for (const [gram, count] of a) total += Math.min(count, b.get(gram) ?? 0);
  return total;
}

const ENTITIES = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
] as const;

/**
 * Tokens of a text as the evaluation script mteval-v13a makes them: ASCII punctuation stands alone, but not in numbers.
 * What published BLEU and SARI figures count.
 */
export function tokens13a(text: string): string[] {
  let line = text.trimEnd().replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  for (const [entity, character] of ENTITIES) line = line.replaceAll(entity, character);
  return (
    ` ${line} `
      .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
      .replace(/([^0-9])([.,])/g, "$1 $2 ")
      .replace(/([.,])([^0-9])/g, " $1 $2")
      .replace(/([0-9])(-)/g, "$1 $2 ")
      .match(/\S+/g) ?? []
  );
}
