/**
 * How alike texts are, and how varied a set of them is. Texts are lists of tokens, words or ids.
 */
import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";

type Token = string | number;
export type Tokens = ArrayLike<Token>;

/** METEOR's α, β and γ as in its first release (Banerjee and Lavie 2005; Lavie and Agarwal 2007). */
const METEOR = { alpha: 0.9, beta: 3, gamma: 0.5 } as const;

/**
 * METEOR by equal words alone, without stems or synonyms: the harmonic mean of precision and
 * recall, nine parts recall, less up to half for matches that are scattered. 0 where nothing
 * matches. From its end each word of the output takes the last unmatched equal one of the
 * reference.
 */
export function meteor(output: Tokens, reference: Tokens): number {
  const free = new Map<Token, number[]>();
  for (let j = 0; j < reference.length; j++) {
    const places = free.get(reference[j] as Token);
    if (places === undefined) free.set(reference[j] as Token, [j]);
    else places.push(j);
  }
  let matches = 0;
  let chunks = 0;
  let next: { readonly i: number; readonly j: number } | undefined;
  for (let i = output.length - 1; i >= 0; i--) {
    const j = free.get(output[i] as Token)?.pop();
    if (j === undefined) continue;
    matches++;
    if (next === undefined || next.i !== i + 1 || next.j !== j + 1) chunks++;
    next = { i, j };
  }
  if (matches === 0) return 0;
  const { alpha, beta, gamma } = METEOR;
  const precision = matches / output.length;
  const recall = matches / reference.length;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  return mean * (1 - gamma * (chunks / matches) ** beta);
}

/**
 * Mean METEOR of pairs of texts that answer different prompts, drawn at random: near 1 where a
 * policy says the same whatever it is asked. `groups`: [prompts][replies], two prompts at least.
 */
export function selfSimilarity(
  groups: readonly (readonly Tokens[])[],
  { pairs, rng }: { readonly pairs: number; readonly rng: Rng },
): number {
  const answered = groups.filter((replies) => replies.length > 0);
  assert(answered.length >= 2 && pairs >= 1, "replies to two prompts, and a pair to draw");
  let sum = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const one = rng.int(answered.length);
    const other = (one + 1 + rng.int(answered.length - 1)) % answered.length;
    sum += meteor(rng.pick(answered[one] ?? []), rng.pick(answered[other] ?? []));
  }
  return sum / pairs;
}

/** Different n-grams over all n-grams of all texts (Li et al. 2016); null where there are none. */
export function distinct(texts: readonly Tokens[], n: number): number | null {
  const seen = new Set<string>();
  let total = 0;
  for (const text of texts)
    for (let i = 0; i + n <= text.length; i++) {
      // As JSON, so that no word can pass for two.
      seen.add(JSON.stringify(Array.from({ length: n }, (_, k) => text[i + k])));
      total++;
    }
  return total === 0 ? null : seen.size / total;
}

/** Entropy of the tokens of all texts together, nats; null where there are none. */
export function tokenEntropy(texts: readonly Tokens[]): number | null {
  const counts = new Map<Token, number>();
  let total = 0;
  for (const text of texts)
    for (let i = 0; i < text.length; i++, total++)
      counts.set(text[i] as Token, (counts.get(text[i] as Token) ?? 0) + 1);
  if (total === 0) return null;
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / total) * Math.log(count / total);
  return entropy;
}
