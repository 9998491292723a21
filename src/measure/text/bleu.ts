import { assert } from "#core/assert.ts";
import { allNgrams, type Counts, ORDER, shared, tokens13a, totalOf } from "./ngrams.ts";

/** An output and what people wrote in its place; at least one. */
export interface Translation {
  readonly output: string;
  readonly references: readonly string[];
}

/** N-grams that match and that there are, by length, summed over texts; lengths in tokens. */
interface Statistics {
  readonly right: readonly number[];
  readonly total: readonly number[];
  readonly outputLength: number;
  readonly referenceLength: number;
}

/** An n-gram is right as often as the reference that has it most. */
function most(all: readonly Counts[]): Counts {
  const best = new Map<string, number>();
  for (const counts of all)
    for (const [gram, count] of counts) best.set(gram, Math.max(count, best.get(gram) ?? 0));
  return best;
}

/** Length of the reference nearest to the output's; the shorter of two as near. */
const nearest = (length: number, lengths: readonly number[]): number =>
  lengths.reduce((best, each) => {
    const nearer = Math.abs(each - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && each < best) ? each : best;
  });

function statistics({ output, references }: Translation): Statistics {
  assert(references.length > 0, "BLEU compares with at least one reference");
  const tokens = tokens13a(output);
  const expected = references.map(tokens13a);
  const counts = allNgrams(tokens);
  const limits = expected.map(allNgrams);
  return {
    right: counts.map((each, n) => shared(each, most(limits.flatMap((limit) => limit[n] ?? [])))),
    total: counts.map(totalOf),
    outputLength: tokens.length,
    referenceLength: nearest(
      tokens.length,
      expected.map((each) => each.length),
    ),
  };
}

/**
 * `effective`: orders longer than the text are left out of the mean, as is right for single sentences. An order without
 * a match counts as 1/2, 1/4, … of one ("exp", NIST's; Chen and Cherry 2014, method 3).
 */
function scoreOf({ right, total, outputLength, referenceLength }: Statistics, effective: boolean) {
  if (right.every((count) => count === 0)) return 0;
  let smoothing = 1;
  let [logs, orders] = [0, 0];
  for (let n = 0; n < ORDER; n++) {
    const [matches = 0, all = 0] = [right[n], total[n]];
    if (all === 0) {
      if (effective) break;
      return 0;
    }
    if (matches === 0) smoothing *= 2;
    logs += Math.log(matches === 0 ? 1 / (smoothing * all) : matches / all);
    orders++;
  }
  const brevity = Math.min(0, 1 - referenceLength / outputLength);
  return 100 * Math.exp(brevity + logs / orders);
}

/** BLEU of one sentence, in [0, 100], as sacreBLEU's `sentence_bleu`: 13a tokens, case kept, smoothing "exp". */
export const sentenceBleu = (translation: Translation): number =>
  scoreOf(statistics(translation), true);

/**
 * BLEU of a corpus (Papineni et al. 2002), in [0, 100], as sacreBLEU's `corpus_bleu`: n-grams are summed over the texts
 * before they are divided.
 */
export function corpusBleu(translations: readonly Translation[]): number {
  assert(translations.length > 0, "BLEU is of at least one text");
  const sum = (a: readonly number[], b: readonly number[]) =>
    a.map((each, n) => each + (b[n] ?? 0));
  const all = translations.map(statistics).reduce((a, b) => ({
    right: sum(a.right, b.right),
    total: sum(a.total, b.total),
    outputLength: a.outputLength + b.outputLength,
    referenceLength: a.referenceLength + b.referenceLength,
  }));
  return scoreOf(all, false);
}
